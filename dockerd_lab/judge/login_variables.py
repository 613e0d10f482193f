"""Finds variables for dockerd in files that only a login reads, and systemd does not."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from dockerd_lab.config.flags import tcp_address
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect

#: What a login, or a shell, takes its variables from.
_FILES = (
    "/etc/environment",
    "/etc/environment.d/*",
    "/etc/profile",
    "/etc/profile.d/*",
    "/etc/bash.bashrc",
    "/etc/zsh/*",
    "/root/.*rc",
    "/root/.*profile",
    "/home/*/.*rc",
    "/home/*/.*profile",
)
_ASSIGNMENT = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w*DOCKER\w*)=[\"']?([^\"'\n]*)", re.MULTILINE)
#: What dockerd would take from its environment as well, and its clients do.
_OF_CLIENTS_TOO = ("DOCKER_TLS_VERIFY", "DOCKER_TLS", "DOCKER_CERT_PATH")
#: Hosts at which a daemon listens; a client connects to others.
_ANY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  (compared, and not bound)


def find_login_variables(inputs: Input) -> Iterator[NoEffect]:
    """Yield an entry for each variable that looks as if it were dockerd's."""
    for file, text in inputs.texts.items():
        others = (other for path, other in inputs.texts.items() if path != file)
        if not any(fnmatch(file, glob) for glob in _FILES) or any(file in each for each in others):
            continue
        assigned = list(_ASSIGNMENT.finditer(text))
        connects = any(m[1] == "DOCKER_HOST" and not _is_listening(m[2]) for m in assigned)
        for match in assigned:
            if _is_for_dockerd(match[1], match[2], connects=connects):
                yield no_effect(
                    inputs,
                    match[1],
                    "dockerd does not get it: systemd starts units without it",
                    "Put it into daemon.json, or into a drop-in of docker.service.",
                    Place(file, text.count("\n", 0, match.start(1)) + 1),
                )


def _is_for_dockerd(name: str, value: str, *, connects: bool) -> bool:
    """Return whether a variable is one for dockerd; `connects`: the file is for a client."""
    if name == "DOCKER_HOST":
        return _is_listening(value)
    if name in _OF_CLIENTS_TOO:
        return not connects
    return value.lstrip().startswith("-")


def _is_listening(host: str) -> bool:
    """Return whether a DOCKER_HOST is one for a daemon to listen at.

    >>> _is_listening("tcp://0.0.0.0:2375"), _is_listening("tcp://docker.lan:2376")
    (True, False)
    """
    place = tcp_address(host)
    return host.startswith("fd://") or (place is not None and place[0] in _ANY_ADDRESS)
