"""Provides stand-ins for parts of the real host that docker's configuration refers to.

These are users, groups, units, programs and profiles. Each stand-in is empty or harmless, and has
the shell line that makes it, unless it is on the machine already.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.paths import UNITS
from dockerd_lab.config.proxies import wanted_proxies
from dockerd_lab.inputs.input import Input
from dockerd_lab.standins.shell_lines import (
    PACKAGED_GROUPS,
    HostPart,
    empty_file,
    group_line,
    is_name,
    unless_there,
    user_line,
)

#: Where a distribution installs programs. A program elsewhere is one of the real host.
_PACKAGED_PROGRAM = re.compile(r"/(usr/)?s?bin/[^/]+$")
#: Units that every machine of the lab has.
_KNOWN_UNIT = re.compile(r"(docker|containerd|dbus|nginx|systemd-[\w-]+)\.(service|socket)")
#: The range of subordinate ids for a user, as adduser gives it to the first one.
_SUBORDINATE_RANGE = "100000:65536"


def host_parts(inputs: Input, declared: DeclaredConfig) -> list[HostPart]:
    """Return the parts that the configuration refers to, and neither input nor machine have."""
    unit = units.read_unit("docker.service", inputs.texts)
    parts = [
        *_remapped_users(declared),
        *_socket_groups(inputs, declared),
        *_seccomp_profiles(inputs, declared),
        *_runtime_programs(inputs, declared),
        *_required_units(inputs, unit),
        *_unit_programs(inputs, unit),
        *_working_directory(unit),
        *_runtime_variable_files(inputs, unit),
    ]
    return list(dict.fromkeys(parts))


def _remapped_users(declared: DeclaredConfig) -> Iterator[HostPart]:
    for value in declared.values_of("userns-remap", "--userns-remap"):
        user, _, group = value.partition(":")
        # For `default` dockerd makes the user dockremap itself. Any other user must exist.
        if not is_name(user) or user == "default":
            continue
        group = group if is_name(group) else user
        lines = [
            f"grep -q ^{name}: {file} || echo {name}:{_SUBORDINATE_RANGE} >>{file}"
            for name, file in ((user, "/etc/subuid"), (group, "/etc/subgid"))
        ]
        yield HostPart(
            f"{value}: whose ids containers get, added with a range of them",
            "; ".join([user_line(user, group), *lines]),
        )


def _socket_groups(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    groups = declared.values_of("group", "--group", "-G")
    for socket in units.socket_unit_names(inputs.texts):
        unit = units.read_unit(socket, inputs.texts)
        groups += [each.value for each in units.in_effect(unit, "SocketGroup")]
    for group in groups:
        if is_name(group) and group not in PACKAGED_GROUPS:
            yield HostPart(f"{group}: the group of the socket, added", group_line(group))


def _seccomp_profiles(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    for value in declared.values_of("seccomp-profile", "--seccomp-profile"):
        path = str(PurePosixPath(value))
        if path.startswith("/") and not inputs.has(path):
            allow = quote('{"defaultAction": "SCMP_ACT_ALLOW"}')
            yield HostPart(
                f"{path}: a seccomp profile that allows everything",
                unless_there(path, f"echo {allow} >{quote(path)}"),
            )


def _runtime_programs(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    """Yield links to runc in place of other runtimes, which do not matter for remote access."""
    runtimes = declared.daemon_json.values.get("runtimes")
    for each in runtimes.values() if isinstance(runtimes, dict) else ():
        path = each.get("path") if isinstance(each, dict) else None
        if not isinstance(path, str) or path in ("/usr/sbin/runc", "/sbin/runc"):
            continue
        # A script that makes it would find the link in its way.
        if path.startswith("/") and not inputs.has(path) and path not in _scripts(inputs):
            link = f'ln -s "$(command -v runc)" {quote(path)}'
            yield HostPart(f"{path}: a link to runc", unless_there(path, link))


def _scripts(inputs: Input) -> str:
    """Return the text of the scripts that are run with the input."""
    own = inputs.directory / "provision.sh"
    texts = [inputs.provision or b"", own.read_bytes() if own.exists() else b""]
    return b"\n".join(texts).decode(errors="replace")


def _required_units(inputs: Input, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Yield the mounts and services without which systemd does not start docker.service."""
    names = [
        name
        for key in ("Requires", "BindsTo", "Requisite")
        for each in units.in_effect(unit, key)
        for name in each.value.split()
    ]
    proxies = wanted_proxies(inputs.texts, [*inputs.origins])
    installed = {unit for wanted in proxies if wanted.packages for unit in wanted.proxy.units}
    for name in names:
        file = f"{UNITS}/{name}"
        is_known = _KNOWN_UNIT.fullmatch(name) or any(
            file.endswith(f"/system/{name}") for file in inputs.origins
        )
        is_known = is_known or name in installed
        match = re.fullmatch(r"(\w[\w@.:\\-]*)\.(mount|service)", name)
        if is_known or match is None:
            continue
        if match[2] == "mount":
            body = "[Mount]\\nWhat=%s\\nWhere=%s\\nType=none\\nOptions=bind\\n"
            make = (
                f"where=$(systemd-escape --unescape --path -- {quote(match[1])});"
                f' mkdir -p "$where"; printf \'{body}\' "$where" "$where" >{quote(file)}'
            )
            note = f"{name}: the directory itself is mounted there"
        else:
            body = "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n"
            make = f"printf '{body}' >{quote(file)}"
            note = f"{name}: a unit of the real host, made as one that does nothing"
        yield HostPart(note, f"systemctl cat -- {quote(name)} >/dev/null 2>&1 || {{ {make}; }}")


def _unit_programs(inputs: Input, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Yield the programs of the real host that docker.service runs before or after dockerd."""
    for key in ("ExecStartPre", "ExecStartPost", "ExecCondition"):
        for each in units.in_effect(unit, key):
            path = next(iter(units.words(each.value)), "")
            if path.startswith("/") and not _PACKAGED_PROGRAM.match(path) and not inputs.has(path):
                quoted = quote(path)
                yield HostPart(
                    f"{path}: a program of the real host, made as one that does nothing",
                    unless_there(path, f"echo '#!/bin/sh' >{quoted}; chmod 755 {quoted}"),
                )


def _working_directory(unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    for each in units.in_effect(unit, "WorkingDirectory"):
        if re.fullmatch(r"/\w[^\s%$]*", each.value):
            note = f"{each.value}: made, for docker.service to run in"
            yield HostPart(note, f"mkdir -p {quote(each.value)}")


def _runtime_variable_files(inputs: Input, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Yield empty EnvironmentFile= files in /run, which another service writes on the real host.

    A file that is missing in /etc is not replaced: that is an error of the configuration.
    """
    for each in units.in_effect(unit, "EnvironmentFile"):
        path = each.value
        if path.startswith(("/run/", "/var/run/")) and not inputs.has(path):
            yield empty_file(path, "made at run time on the real host, here an empty file")
