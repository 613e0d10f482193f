"""What a configuration names of the real host, and the lab makes an empty or harmless one of.

Users, groups, units, scripts and profiles: each with the shell line that makes it, where it is not
on the machine already.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.validate import nginx, units
from dockerd_lab.validate.asked import Asked, values_of
from dockerd_lab.validate.given import Given

#: Where a distribution's own programs are; those elsewhere are the host's.
_PROGRAMS = re.compile(r"/(usr/)?s?bin/[^/]+$")
#: Units that every machine of the lab has.
_UNITS = re.compile(r"(docker|containerd|dbus|nginx|systemd-[\w-]+)\.(service|socket)")
_SOCKET = "/run/docker.sock"
#: A docker.sock to which nginx hands requests on.
_PROXIED_SOCKET = re.compile(r"\bunix:(/[\w./-]*docker\.sock)\b")
#: A certificate and its key in one file, for an nginx whose own is in a file that is not given.
CERTIFICATE = f"{nginx.DIRECTORY}/dockerd-lab.pem"
#: What nginx's package brings, below its directory.
_OF_NGINX = re.compile(
    r"(fastcgi|proxy|scgi|uwsgi)_params|fastcgi\.conf|mime\.types|koi-\w+|win-utf"
    r"|snippets/(fastcgi-php|snakeoil)\.conf|modules-enabled/50-.*"
)
#: Directories of logs that are there.
_LOGS = re.compile(r"/|/tmp|/root|/dev|/proc/.*|/var/log(/nginx)?|/etc/nginx")
#: Groups that Debian and its docker.io bring.
_GROUPS = ("root", "docker", "users", "staff", "adm", "daemon", "www-data", "nogroup", "sudo")
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
        *_runtimes(given, asked),
        *_required(given, unit),
        *_scripts(given, unit),
        *_working_directory(unit),
        *_made_at_run_time(given, unit),
        *_users_of_nginx(given),
        *_of_nginx(given),
        *_socket_for_nginx(given, asked),
    ]
    return list(dict.fromkeys(found))


def directory_of(path: str) -> str:
    """The start of a shell line that makes the directory of a file."""
    return f"mkdir -p {quote(str(PurePosixPath(path).parent))}; "


def _remapped(asked: Asked) -> Iterator[HostPart]:
    for value in values_of(asked, "userns-remap", "--userns-remap"):
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
            "; ".join([_user_line(user, group), *lines]),
        )


def _groups(given: Given, asked: Asked) -> Iterator[HostPart]:
    named = values_of(asked, "group", "--group", "-G")
    for socket in units.sockets(given.texts):
        of_unit = units.of_unit(socket, given.texts)
        named += [each.value for each in units.in_effect(of_unit, "SocketGroup")]
    for group in named:
        if is_name(group) and group not in _GROUPS:
            yield HostPart(f"{group}: the group of the socket, added", _group_line(group))


def _profiles(given: Given, asked: Asked) -> Iterator[HostPart]:
    for named in values_of(asked, "seccomp-profile", "--seccomp-profile"):
        path = str(PurePosixPath(named))
        if path.startswith("/") and not given.has(path):
            allow = quote('{"defaultAction": "SCMP_ACT_ALLOW"}')
            yield HostPart(
                f"{path}: a seccomp profile that allows everything",
                _unless_there(path, f"echo {allow} >{quote(path)}"),
            )


def _runtimes(given: Given, asked: Asked) -> Iterator[HostPart]:
    """The programs of other runtimes: what they would do is not what is asked here."""
    runtimes = asked.daemon_json.get("runtimes")
    for each in runtimes.values() if isinstance(runtimes, dict) else ():
        path = each.get("path") if isinstance(each, dict) else None
        if not isinstance(path, str) or path in ("/usr/sbin/runc", "/sbin/runc"):
            continue
        if path.startswith("/") and not given.has(path):
            link = f'ln -s "$(command -v runc)" {quote(path)}'
            yield HostPart(f"{path}: a link to runc", _unless_there(path, link))


def _required(given: Given, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Mounts and services without which systemd does not start docker.service."""
    named = [
        name
        for key in ("Requires", "BindsTo", "Requisite")
        for each in units.in_effect(unit, key)
        for name in each.value.split()
    ]
    for name in named:
        file = f"/etc/systemd/system/{name}"
        known = _UNITS.fullmatch(name) or any(f.endswith(f"/system/{name}") for f in given.origins)
        found = re.fullmatch(r"(\w[\w@.:\\-]*)\.(mount|service)", name)
        if known or found is None:
            continue
        if found[2] == "mount":
            body = "[Mount]\\nWhat=%s\\nWhere=%s\\nType=none\\nOptions=bind\\n"
            make = (
                f"where=$(systemd-escape --unescape --path -- {quote(found[1])});"
                f' mkdir -p "$where"; printf \'{body}\' "$where" "$where" >{quote(file)}'
            )
            said = f"{name}: the directory itself is mounted there"
        else:
            body = "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n"
            make = f"printf '{body}' >{quote(file)}"
            said = f"{name}: a unit of the real host, made as one that does nothing"
        yield HostPart(said, f"systemctl cat -- {quote(name)} >/dev/null 2>&1 || {{ {make}; }}")


def _scripts(given: Given, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Programs of the host's that docker.service runs before or after dockerd."""
    for key in ("ExecStartPre", "ExecStartPost", "ExecCondition"):
        for each in units.in_effect(unit, key):
            path = next(iter(units.words(each.value)), "")
            if path.startswith("/") and not _PROGRAMS.match(path) and not given.has(path):
                there = quote(path)
                yield HostPart(
                    f"{path}: a program of the real host, made as one that does nothing",
                    _unless_there(path, f"echo '#!/bin/sh' >{there}; chmod 755 {there}"),
                )


def _working_directory(unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    for each in units.in_effect(unit, "WorkingDirectory"):
        if re.fullmatch(r"/\w[^\s%$]*", each.value):
            said = f"{each.value}: made, for docker.service to run in"
            yield HostPart(said, f"mkdir -p {quote(each.value)}")


def _made_at_run_time(given: Given, unit: Sequence[units.Assignment]) -> Iterator[HostPart]:
    """Files with variables that another service writes; that one in /etc is absent, is told."""
    for each in units.in_effect(unit, "EnvironmentFile"):
        path = each.value
        if path.startswith(("/run/", "/var/run/")) and not given.has(path):
            yield _empty_file(path, "made at run time on the real host, here an empty file")


def _of_nginx(given: Given) -> Iterator[HostPart]:
    """Files and directories that nginx needs; certbot's own are in no repository."""
    with_certificate = certificate_include(given)
    for include in _absent_includes(given):
        if include == with_certificate:
            lines = f"ssl_certificate {CERTIFICATE}; ssl_certificate_key {CERTIFICATE};"
            make = f"{directory_of(include)}echo {quote(lines)} >{quote(include)}"
            said = f"{include}: made, with a certificate and key made for this run"
            yield HostPart(said, make)
        else:
            yield _empty_file(include, "settings of the real host, made as an empty file")
    for each in nginx.directives(given.texts, "ssl_dhparam"):
        if (path := each.path) is not None and not given.has(path):
            make = f"openssl dhparam -dsaparam -out {quote(path)} 2048 2>/dev/null"
            yield HostPart(f"{path}: parameters made for this run", _unless_there(path, make))
    for each in nginx.directives(given.texts, "auth_basic_user_file"):
        if (path := each.path) is not None and not given.has(path):
            yield _empty_file(path, "a list without passwords, with which nobody gets in")
    for each in nginx.directives(given.texts, "(?:proxy|fastcgi)_cache_path"):
        if (path := each.path) is not None:
            yield HostPart(f"{path}: made, for what nginx keeps", f"mkdir -p {quote(path)}")
    for name in ("access_log", "error_log"):
        for each in nginx.directives(given.texts, name):
            path = each.path
            parent = str(PurePosixPath(path or "/").parent)
            if each.first.startswith("/") and path is not None and not _LOGS.fullmatch(parent):
                yield HostPart(f"{parent}: made, for nginx's log", directory_of(path) + ":")


def certificate_include(given: Given) -> str | None:
    """The file that names nginx's certificate on the real host, where it is in no other."""
    absent = _absent_includes(given)
    return absent[0] if absent and nginx.lacks_certificate(given.texts) else None


def _absent_includes(given: Given) -> list[str]:
    """What nginx includes and nobody has; first what is likely to name a certificate."""
    paths = [each.path for each in nginx.directives(given.texts, "include")]
    absent = {
        path: None
        for path in paths
        if path is not None
        and "*" not in path
        and not given.has(path)
        and not _OF_NGINX.fullmatch(path.removeprefix(f"{nginx.DIRECTORY}/"))
    }
    return sorted(absent, key=lambda path: not re.search("cert|sign|(ssl|tls)(?!.*param)", path))


def _socket_for_nginx(given: Given, asked: Asked) -> Iterator[HostPart]:
    """The socket of the real host, at the path where a container with nginx has it mounted."""
    own = {_SOCKET, "/var/run/docker.sock", *(h.value.removeprefix("unix://") for h in asked.hosts)}
    for each in nginx.directives(given.texts, "proxy_pass|server|set"):
        for path in _PROXIED_SOCKET.findall(each.value):
            if path not in own:
                make = f"ln -s {_SOCKET} {quote(path)}"
                yield HostPart(f"{path}: a link to {_SOCKET}", _unless_there(path, make))


def _users_of_nginx(given: Given) -> Iterator[HostPart]:
    for each in nginx.directives(given.texts, "user"):
        user, group = (*each.value.split(), each.first)[:2]
        if is_name(user) and is_name(group) and user not in ("root", "www-data", "nobody"):
            yield HostPart(f"{user}: the user as whom nginx runs, added", _user_line(user, group))
        elif is_name(group) and group != user and group not in _GROUPS:
            yield HostPart(f"{group}: nginx's group, added", _group_line(group))


def is_name(name: str) -> bool:
    """Whether it can be the name of a user or a group."""
    return re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", name) is not None


def _user_line(user: str, group: str) -> str:
    add = f"useradd --system --gid {group} {user}"
    return f"id {user} >/dev/null 2>&1 || {{ {_group_line(group)}; {add}; }}"


def _group_line(group: str) -> str:
    return f"getent group {group} >/dev/null || groupadd --system {group}"


def _empty_file(path: str, said: str) -> HostPart:
    return HostPart(f"{path}: {said}", f"{directory_of(path)}: >>{quote(path)}")


def _unless_there(path: str, make: str) -> str:
    return f"[ -e {quote(path)} ] || {{ {directory_of(path)}{make}; }}"
