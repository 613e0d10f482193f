"""Tells which commands of other programs' files neither change dockerd nor let anybody in.

A command that is not known here may do anything.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config.paths import DOCKER_SOCKET

#: Commands that leave dockerd, its files and its socket alone, by program.
_HARMLESS = re.compile(
    r"sleep [\w.]+|true|false|:|exit( \d+)?|set -[euxo]+( pipefail)?|(echo|logger|date)( .*)?"
    r"|docker (container|image|system|volume|network|builder|buildx) (prune|df|ls)( [\w\"'=:. -]+)?"
    r"|docker (ps|images|info|version|stats --no-stream)( [\w\"'=:. -]+)?"
    r"|openssl x509 [\w ./-]+|modprobe( -\w+)? (overlay|br_netfilter|nf_conntrack|ip_vs\w*)"
    r"|systemctl( --\w+)* (is-active|start|restart|try-restart|reload)( --\w+)* docker(\.service)?"
    r"|tar( -C /[\w./-]+)* -?c[zjJpv]*f /(root|home|srv|mnt|backups?|var/backups)/[\w./%-]+"
    r"( [\w./]+)+"
    r"|fstrim( -\w+)+|journalctl( --vacuum-\w+=\w+)+"
    r"|exec sleep [\w.]+|sync|uptime|df( -\w+)?"
)
_CHMOD = re.compile(rf"chmod (?P<mode>0?[0-7]{{3}}) (/var)?{DOCKER_SOCKET}")
_SHELL = ("sh", "bash", "dash")
#: Where the output goes to, if nobody reads it.
_TO_NOWHERE = re.compile(r"\s*(?:[12&]?>{1,2}\s*/dev/null|2>&1)(?=\s|$)")
#: What in a line of a shell does more than to run commands one after the other.
_SYNTAX = re.compile(r"[|&<>`(){}*?\\]|\$\(|\$\{")
_NEXT = re.compile(r"\s*(?:;|&&|\|\||\n)\s*")
_OTHERS_WRITE = 0o002


@dataclass(frozen=True)
class SocketChange:
    """What commands do to docker.sock, and to nothing else of Docker's."""

    mode: int
    is_late: bool
    """Whether they sleep before."""

    @property
    def opens(self) -> bool:
        """Return whether every user of the machine may use the socket then."""
        return bool(self.mode & _OTHERS_WRITE)


def leaves_docker_alone(command: str) -> bool:
    """Return whether a command of a unit, without systemd's prefixes, has no bearing on Docker.

    >>> leaves_docker_alone("/usr/bin/docker system prune -af"), leaves_docker_alone("/opt/x")
    (True, False)
    >>> leaves_docker_alone("/bin/sh -c 'chmod 0660 /run/docker.sock; exec sleep infinity'")
    True
    """
    commands = _commands(command)
    return commands is not None and all(map(_is_harmless, commands))


def socket_change(command: str) -> SocketChange | None:
    """Return what a command of a unit does to docker.sock; None if it does anything else.

    >>> socket_change("/bin/sh -c 'sleep 9; chmod 666 /run/docker.sock'")
    SocketChange(mode=438, is_late=True)
    """
    commands = _commands(command) or []
    change = None
    for number, each in enumerate(commands):
        if chmod := _CHMOD.fullmatch(each):
            is_late = any(before.startswith("sleep") for before in commands[:number])
            change = SocketChange(int(chmod["mode"], 8), is_late)
        elif not _is_harmless(each):
            return None
    return change


def script_leaves_docker_alone(script: str) -> bool:
    r"""Return whether the commands of a shell script have no bearing on Docker.

    >>> script_leaves_docker_alone("#!/bin/sh\ndocker image prune -f >/dev/null 2>&1\nexit 0\n")
    True
    >>> script_leaves_docker_alone("echo $(docker run x)"), script_leaves_docker_alone("cat <&3")
    (False, False)
    """
    commands = _of_script(script)
    return commands is not None and all(map(_is_harmless, commands))


def _commands(command: str) -> list[str] | None:
    """Return the commands of a unit's line, those of a shell one by one; None if not known."""
    program, _, arguments = command.partition(" ")
    if PurePosixPath(program).name not in _SHELL:
        return [_normalised(command)]
    try:
        words = shlex.split(arguments)
    except ValueError:
        return None
    return _of_script(words[1]) if len(words) == 2 and words[0] == "-c" else None  # noqa: PLR2004


def _of_script(script: str) -> list[str] | None:
    """Return the commands of a script that only runs one after the other; None for any other."""
    lines = (line.strip() for line in script.splitlines())
    commands = [
        _normalised(command)
        for line in lines
        if not line.startswith("#")
        for command in _NEXT.split(_TO_NOWHERE.sub("", line))
        if command
    ]
    return None if any(map(_SYNTAX.search, commands)) else commands


def _normalised(command: str) -> str:
    """Return a command with its program's name in place of the path, and single blanks."""
    program, *arguments = command.split() or [""]
    return " ".join([PurePosixPath(program).name, *arguments])


def _is_harmless(command: str) -> bool:
    chmod = _CHMOD.fullmatch(command)
    if chmod is not None:
        return not int(chmod["mode"], 8) & _OTHERS_WRITE
    return _HARMLESS.fullmatch(command) is not None
