"""What docker's configuration names of the real host, and the lab makes: empty, or harmless.

Users, groups, units, scripts and profiles: each with the shell line that makes it, where it is not
on the machine already.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.standins.shell_lines import (
    GROUPS,
    HostPart,
    empty_file,
    group_line,
    is_name,
    unless_there,
    user_line,
)

#: Place a distribution's own programs are; those elsewhere are the host's.
_PROGRAMS = re.compile(r"/(usr/)?s?bin/[^/]+$")
#: Units that every machine of the lab has.
_UNITS = re.compile(r"(docker|containerd|dbus|nginx|systemd-[\w-]+)\.(service|socket)")
#: The range of subordinate ids that a user gets, as adduser would give the first.
_SUBORDINATE = "100000:65536"


def host_parts(inputs: Input, declared: DeclaredConfig) -> list[HostPart]:
    """What this configuration names and neither the input nor the machine has."""
    unit = units.of_unit("docker.service", inputs.texts)
    found = [
        *_remapped(declared),
        *_groups(inputs, declared),
        *_profiles(inputs, declared),
        *_runtimes(inputs, declared),
        *_required(inputs, unit),
        *_scripts(inputs, unit),
        *_working_directory(unit),
        *_made_at_run_time(inputs, unit),
    ]
    return list(dict.fromkeys(found))


def _remapped(declared: DeclaredConfig) -> Iterator[HostPart]:
    for value in declared.values_of("userns-remap", "--userns-remap"):
        user, _, group = value.partition(":")
        # For `default` dockerd makes the user dockremap; by its name it must be there.
        if not is_name(user) or user == "default":
            continue
        group = group if is_name(group) else user
        lines = [
            f"grep -q ^{name}: {f} || echo {name}:{_SUBORDINATE} >>{f}"
            for name, f in ((user, "/etc/subuid"), (group, "/etc/subgid"))
        ]
        yield HostPart(
            f"{value}: whose ids containers get, added with a range of them",
            "; ".join([user_line(user, group), *lines]),
        )


def _groups(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    named = declared.values_of("group", "--group", "-G")
    for socket in units.sockets(inputs.texts):
        of_unit = units.of_unit(socket, inputs.texts)
        named += [each.value for each in units.in_effect(of_unit, "SocketGroup")]
    for group in named:
        if is_name(group) and group not in GROUPS:
            yield HostPart(f"{group}: the group of the socket, added", group_line(group))


def _profiles(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    for named in declared.values_of("seccomp-profile", "--seccomp-profile"):
        path = str(PurePosixPath(named))
        if path.startswith("/") and not inputs.has(path):
            allow = quote('{"defaultAction": "SCMP_ACT_ALLOW"}')
            yield HostPart(
                f"{path}: a seccomp profile that allows everything",
                unless_there(path, f"echo {allow} >{quote(path)}"),
            )


def _runtimes(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    """The programs of other runtimes: what they would do is not what is asked here."""
    runtimes = declared.daemon_json.values.get("runtimes")
    for each in runtimes.values() if isinstance(runtimes, dict) else ():
        path = each.get("path") if isinstance(each, dict) else None
        if not isinstance(path, str) or path in ("/usr/sbin/runc", "/sbin/runc"):
            continue
        if path.startswith("/") and not inputs.has(path):
            link = f'ln -s "$(command -v runc)" {quote(path)}'
            yield HostPart(f"{path}: a link to runc", unless_there(path, link))


def _required(inputs: Input, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Mounts and services without which systemd does not start docker.service."""
    named = [
        name
        for key in ("Requires", "BindsTo", "Requisite")
        for each in units.in_effect(unit, key)
        for name in each.value.split()
    ]
    for name in named:
        file = f"/etc/systemd/system/{name}"
        known = _UNITS.fullmatch(name) or any(f.endswith(f"/system/{name}") for f in inputs.origins)
        found = re.fullmatch(r"(\w[\w@.:\\-]*)\.(mount|service)", name)
        if known or found is None:
            continue
        if found[2] == "mount":
            body = "[Mount]\\nWhat=%s\\nWhere=%s\\nType=none\\nOptions=bind\\n"
            make = (
                f"where=$(systemd-escape --unescape --path -- {quote(found[1])});"
                f' mkdir -p "$where"; printf \'{body}\' "$where" "$where" >{quote(file)}'
            )
            note = f"{name}: the directory itself is mounted there"
        else:
            body = "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n"
            make = f"printf '{body}' >{quote(file)}"
            note = f"{name}: a unit of the real host, made as one that does nothing"
        yield HostPart(note, f"systemctl cat -- {quote(name)} >/dev/null 2>&1 || {{ {make}; }}")


def _scripts(inputs: Input, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Programs of the host's that docker.service runs before or after dockerd."""
    for key in ("ExecStartPre", "ExecStartPost", "ExecCondition"):
        for each in units.in_effect(unit, key):
            path = next(iter(units.words(each.value)), "")
            if path.startswith("/") and not _PROGRAMS.match(path) and not inputs.has(path):
                there = quote(path)
                yield HostPart(
                    f"{path}: a program of the real host, made as one that does nothing",
                    unless_there(path, f"echo '#!/bin/sh' >{there}; chmod 755 {there}"),
                )


def _working_directory(unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    for each in units.in_effect(unit, "WorkingDirectory"):
        if re.fullmatch(r"/\w[^\s%$]*", each.value):
            note = f"{each.value}: made, for docker.service to run in"
            yield HostPart(note, f"mkdir -p {quote(each.value)}")


def _made_at_run_time(inputs: Input, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Files with variables that another service writes; that one in /etc is absent, is told."""
    for each in units.in_effect(unit, "EnvironmentFile"):
        path = each.value
        if path.startswith(("/run/", "/var/run/")) and not inputs.has(path):
            yield empty_file(path, "made at run time on the real host, here an empty file")
