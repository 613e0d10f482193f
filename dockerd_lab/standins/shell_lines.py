"""Builds the shell lines that make stand-ins for parts of the real host."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote

#: Groups that Debian and its docker.io bring.
PACKAGED_GROUPS = (
    "root",
    "docker",
    "users",
    "staff",
    "adm",
    "daemon",
    "www-data",
    "nogroup",
    "sudo",
)


@dataclass(frozen=True)
class HostPart:
    """A stand-in for a part of the real host."""

    note: str
    """The sentence in the verdict."""
    line: str
    """The shell line that makes it."""


def directory_of(path: str) -> str:
    """Return the beginning of a shell line: it makes the directory of a file."""
    return f"mkdir -p {quote(str(PurePosixPath(path).parent))}; "


def is_name(name: str) -> bool:
    """Return whether a name is a valid name of a user or a group."""
    return re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", name) is not None


def user_line(user: str, group: str) -> str:
    """Return the line that adds a user and its group, unless they exist."""
    add = f"useradd --system --gid {group} {user}"
    return f"id {user} >/dev/null 2>&1 || {{ {group_line(group)}; {add}; }}"


def group_line(group: str) -> str:
    """Return the line that adds a group, unless it exists."""
    return f"getent group {group} >/dev/null || groupadd --system {group}"


def empty_file(path: str, note: str) -> HostPart:
    """Return an empty file as a part; `note` is what the verdict says about it."""
    return HostPart(f"{path}: {note}", f"{directory_of(path)}: >>{quote(path)}")


def unless_there(path: str, make: str) -> str:
    """Return the line that runs `make` to create a file, unless the file exists."""
    return f"[ -e {quote(path)} ] || {{ {directory_of(path)}{make}; }}"
