"""A part of the real host that the lab makes, and the shell lines with which it does."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote

#: Groups that Debian and its docker.io bring.
GROUPS = ("root", "docker", "users", "staff", "adm", "daemon", "www-data", "nogroup", "sudo")


@dataclass(frozen=True)
class HostPart:
    """Something of the real host."""

    note: str
    """The sentence of the verdict."""
    line: str
    """The shell line that makes it."""


def directory_of(path: str) -> str:
    """The start of a shell line that makes the directory of a file."""
    return f"mkdir -p {quote(str(PurePosixPath(path).parent))}; "


def is_name(name: str) -> bool:
    """Whether it can be the name of a user or a group."""
    return re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", name) is not None


def user_line(user: str, group: str) -> str:
    """The line that adds a user, unless it is there."""
    add = f"useradd --system --gid {group} {user}"
    return f"id {user} >/dev/null 2>&1 || {{ {group_line(group)}; {add}; }}"


def group_line(group: str) -> str:
    """The line that adds a group, unless it is there."""
    return f"getent group {group} >/dev/null || groupadd --system {group}"


def empty_file(path: str, note: str) -> HostPart:
    """An empty file; `note` is what the verdict says of it."""
    return HostPart(f"{path}: {note}", f"{directory_of(path)}: >>{quote(path)}")


def unless_there(path: str, make: str) -> str:
    """The line that makes a file, unless it is there."""
    return f"[ -e {quote(path)} ] || {{ {directory_of(path)}{make}; }}"
