"""What a configuration names of the real host, and the lab makes an empty or harmless one of.

Users, groups, units, scripts and profiles: each with the shell line that makes it, where it is not
on the machine already.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.observe.effective import flag_values
from dockerd_lab.validate import nginx, units
from dockerd_lab.validate.asked import Asked
from dockerd_lab.validate.given import Given

#: Where a distribution's own programs are; those elsewhere are the host's.
_PROGRAMS = re.compile(r"/(usr/)?s?bin/[^/]+$")
#: Units that every machine has, or that no service waits for.
_UNITS = re.compile(r"(docker|containerd|systemd-|dbus|network|local-fs|sysinit|basic|multi-user)")
#: What nginx's package brings, below its directory.
_OF_NGINX = re.compile(
    r"(fastcgi|proxy|scgi|uwsgi)_params|fastcgi\.conf|mime\.types|koi-\w+|win-utf"
    r"|snippets/(fastcgi-php|snakeoil)\.conf"
)
#: The range of subordinate ids that a user gets, as adduser would give the first.
_SUBORDINATE = "100000:65536"


@dataclass(frozen=True)
class HostPart:
    """Something of the real host."""

    said: str
    """The sentence of the verdict."""
    line: str
    """The shell line that makes it."""


def host_parts(given: Given, asked: Asked) -> list[HostPart]:
    """What this configuration names and neither the input nor the machine has."""
    unit = units.of_unit("docker.service", given.texts)
    found = [
        *_remapped(asked),
        *_groups(given, asked),
        *_profiles(given, asked),
        *_required(given, unit),
        *_scripts(given, unit),
        *_made_at_boot(given, unit),
        *_of_nginx(given),
    ]
    return list(dict.fromkeys(found))


def values_of(asked: Asked, key: str, *flags: str) -> list[str]:
    """The values of a setting: of daemon.json's key, and of the flags."""
    in_file = asked.daemon_json.get(key)
    values = [in_file] if isinstance(in_file, str) else []
    return values + [v for line in asked.lines for v in flag_values(line.value, *flags)]


def directory_of(path: str) -> str:
    """The start of a shell line that makes the directory of a file."""
    return f"mkdir -p {quote(str(PurePosixPath(path).parent))}; "


def _remapped(asked: Asked) -> Iterator[HostPart]:
    for value in values_of(asked, "userns-remap", "--userns-remap"):
        user = value.partition(":")[0]
        # dockerd makes dockremap itself.
        if _is_name(user) and user not in ("default", "dockremap"):
            lines = [f"grep -q ^{user}: {f} || echo {user}:{_SUBORDINATE} >>{f}" for f in _SUB]
            yield HostPart(
                f"{user}: the user whose ids containers get, added with a range of them",
                "; ".join(
                    [f"id {user} >/dev/null 2>&1 || useradd --system --user-group {user}", *lines]
                ),
            )


_SUB = ("/etc/subuid", "/etc/subgid")


def _groups(given: Given, asked: Asked) -> Iterator[HostPart]:
    named = values_of(asked, "group", "--group", "-G")
    for socket in units.sockets(given.texts):
        of_unit = units.of_unit(socket, given.texts)
        named += [each.value for each in units.in_effect(of_unit, "SocketGroup")]
    for group in named:
        if _is_name(group) and group not in ("root", "docker", "users", "staff", "adm", "wheel"):
            yield HostPart(
                f"{group}: the group of the socket, added",
                f"getent group {group} >/dev/null || groupadd --system {group}",
            )


def _profiles(given: Given, asked: Asked) -> Iterator[HostPart]:
    for path in values_of(asked, "seccomp-profile", "--seccomp-profile"):
        if path.startswith("/") and not given.has(path):
            allow = quote('{"defaultAction": "SCMP_ACT_ALLOW"}')
            yield HostPart(
                f"{path}: a seccomp profile that allows everything",
                f"{directory_of(path)}echo {allow} >{quote(path)}",
            )


def _required(given: Given, unit: Iterable[units.Assignment]) -> Iterator[HostPart]:
    """Mounts and services without which systemd does not start docker.service."""
    unit = list(unit)
    named = [
        name
        for key in ("Requires", "BindsTo", "Requisite")
        for each in units.in_effect(unit, key)
        for name in each.value.split()
    ]
    for name in named:
        file = f"/etc/systemd/system/{name}"
        known = _UNITS.match(name) or any(f.endswith(f"/system/{name}") for f in given.origins)
        if known or not re.fullmatch(r"[\w@.:\\-]+\.(mount|service)", name):
            continue
        if name.endswith(".mount"):
            where = f"$(systemd-escape --unescape --path {quote(name.removesuffix('.mount'))})"
            body = f"[Mount]\\nWhat={where}\\nWhere={where}\\nType=none\\nOptions=bind\\n"
            make = f'mkdir -p "{where}"; printf "{body}" >{quote(file)}'
            said = f"{name}: the directory itself is mounted there"
        else:
            body = "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n"
            make = f'printf "{body}" >{quote(file)}'
            said = f"{name}: a unit of the real host, made as one that does nothing"
        yield HostPart(said, f"systemctl cat {quote(name)} >/dev/null 2>&1 || {{ {make}; }}")


def _scripts(given: Given, unit: Iterable[units.Assignment]) -> Iterator[HostPart]:
    """Programs of the host's that docker.service runs before or after dockerd."""
    unit = list(unit)
    for key in ("ExecStartPre", "ExecStartPost", "ExecCondition"):
        for each in units.in_effect(unit, key):
            path = units.words(each.value)[0]
            if path.startswith("/") and not _PROGRAMS.match(path) and not given.has(path):
                there = quote(path)
                yield HostPart(
                    f"{path}: a program of the real host, made as one that does nothing",
                    f"[ -e {there} ] || {{ {directory_of(path)}echo '#!/bin/sh' >{there};"
                    f" chmod 755 {there}; }}",
                )


def _made_at_boot(given: Given, unit: Iterable[units.Assignment]) -> Iterator[HostPart]:
    """Files with variables that another service writes; that one in /etc is absent, is told."""
    for each in units.in_effect(unit, "EnvironmentFile"):
        path = each.value
        if path.startswith(("/run/", "/var/run/")) and not given.has(path):
            yield HostPart(
                f"{path}: made at run time on the real host, here an empty file",
                f"{directory_of(path)}: >>{quote(path)}",
            )


def _of_nginx(given: Given) -> Iterator[HostPart]:
    """Files and directories that nginx needs; certbot's own are in no repository."""
    for each in nginx.directives(given.texts, "include"):
        path = each.path
        if path is None or "*" in path or given.has(path):
            continue
        if not _OF_NGINX.fullmatch(path.removeprefix(f"{nginx.DIRECTORY}/")):
            yield HostPart(
                f"{path}: settings of the real host, made as an empty file",
                f"{directory_of(path)}: >>{quote(path)}",
            )
    for each in nginx.directives(given.texts, "ssl_dhparam"):
        if (path := each.path) is not None and not given.has(path):
            make = f"openssl dhparam -dsaparam -out {quote(path)} 2048 2>/dev/null"
            yield HostPart(f"{path}: parameters made for this run", directory_of(path) + make)
    for each in nginx.directives(given.texts, "auth_basic_user_file"):
        if (path := each.path) is not None and not given.has(path):
            yield HostPart(
                f"{path}: a list without passwords, with which nobody gets in",
                f"{directory_of(path)}: >>{quote(path)}",
            )
    for name in ("access_log", "error_log"):
        for each in nginx.directives(given.texts, name):
            path = each.path
            if path is None or not each.first.startswith("/") or path.startswith(_LOGS):
                continue
            yield HostPart(
                f"{PurePosixPath(path).parent}: made, for nginx's log", directory_of(path) + ":"
            )
    for each in nginx.directives(given.texts, "user"):
        if _is_name(each.first) and each.first not in ("root", "www-data", "nobody"):
            yield HostPart(
                f"{each.first}: the user as whom nginx runs, added",
                f"id {each.first} >/dev/null 2>&1 || useradd --system --user-group {each.first}",
            )


_LOGS = ("/var/log/nginx/", "/dev/")


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[a-z_][a-z0-9_-]*", name) is not None
