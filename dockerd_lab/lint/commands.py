"""Tells which commands of other programs' files neither change dockerd nor let anybody in.

A command that is not known here may do anything.
"""

import re
import shlex
from pathlib import PurePosixPath

from dockerd_lab.config.paths import DOCKER_SOCKET

#: Commands that leave dockerd, its files and its socket alone, by program.
_HARMLESS = re.compile(
    r"sleep [\w.]+|true|false|:|exit( \d+)?|set -[euxo]+( pipefail)?|(echo|logger|date)( .*)?"
    r"|docker (container|image|system|volume|network|builder|buildx) (prune|df|ls)( [\w\"'=:. -]+)?"
    r"|docker (ps|images|info|version|stats --no-stream)( [\w\"'=:. -]+)?"
    r"|openssl x509 [\w ./-]+|modprobe( -\w+)? (overlay|br_netfilter|nf_conntrack|ip_vs\w*)"
    r"|systemctl( --\w+)* (is-active|start|restart|try-restart|reload)( --\w+)* docker(\.service)?"
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


def leaves_docker_alone(command: str) -> bool:
    """Return whether a command of a unit, without systemd's prefixes, has no bearing on Docker.

    >>> leaves_docker_alone("/usr/bin/docker system prune -af"), leaves_docker_alone("/opt/x")
    (True, False)
    >>> leaves_docker_alone("/bin/sh -c 'chmod 0660 /run/docker.sock; exec sleep infinity'")
    True
    """
    program, _, arguments = command.partition(" ")
    if PurePosixPath(program).name in _SHELL:
        try:
            words = shlex.split(arguments)
        except ValueError:
            return False
        return len(words) == 2 and words[0] == "-c" and script_leaves_docker_alone(words[1])  # noqa: PLR2004
    return _is_harmless(command)


def script_leaves_docker_alone(script: str) -> bool:
    r"""Return whether the commands of a shell script have no bearing on Docker.

    >>> script_leaves_docker_alone("#!/bin/sh\ndocker image prune -f >/dev/null 2>&1\nexit 0\n")
    True
    >>> script_leaves_docker_alone("echo $(docker run x)"), script_leaves_docker_alone("cat <&3")
    (False, False)
    """
    lines = (line.strip() for line in script.splitlines())
    commands = [
        command
        for line in lines
        if not line.startswith("#")
        for command in _NEXT.split(_TO_NOWHERE.sub("", line))
        if command
    ]
    return not any(_SYNTAX.search(each) for each in commands) and all(map(_is_harmless, commands))


def _is_harmless(command: str) -> bool:
    program, _, arguments = command.strip().partition(" ")
    text = f"{PurePosixPath(program).name} {' '.join(arguments.split())}".strip()
    chmod = _CHMOD.fullmatch(text)
    if chmod is not None:
        return not int(chmod["mode"], 8) & _OTHERS_WRITE
    return _HARMLESS.fullmatch(text) is not None
