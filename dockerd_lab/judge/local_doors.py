"""Finds what makes every local user root on the daemon's machine, besides Docker's API itself."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.observe.observation import Observation

#: A line of pam_group's that puts every user who logs in into group docker.
_GROUP = re.compile(r"^[^#;\n]*;[^;\n]*;[ \t]*\*[ \t]*;[^;\n]*;.*\bdocker\b", re.MULTILINE)
_GROUP_CONF = "/etc/security/group.conf"


def check_local_doors(inputs: Input, observation: Observation) -> Iterator[PolicyFinding]:
    """Yield a finding for each observed file or socket, and each such rule in the input."""
    for path in observation.daemon.local_doors:
        if path.startswith("/usr/"):
            sentence = f"every local user is root with {path}: it is setuid or setgid"
        elif path.startswith("/etc/"):
            sentence = f"every local user may write {path}, which programs of root's read"
        elif _is_covered_by_probe(path, observation):
            continue
        else:
            sentence = f"every local user may use {path}, which is root for whoever does"
        yield PolicyFinding("stranger", sentence, id="local-root")
    text = inputs.texts.get(_GROUP_CONF, "")
    for match in _GROUP.finditer(text):
        where = inputs.user_path(Place(_GROUP_CONF, text.count("\n", 0, match.start()) + 1))
        sentence = f"pam_group lets every local user control the daemon (at {where})"
        yield PolicyFinding("stranger", sentence, id="local-root", where=where)


def _is_covered_by_probe(socket: str, observation: Observation) -> bool:
    """Return whether the local user's probe shows root at a socket, or nothing listens there."""
    attempts = observation.exposure["local-user"].attempts
    if any(a.target == f"unix://{socket}" and a.level == "full-control" for a in attempts):
        return True
    listeners = (each.address.removeprefix("/var") for each in observation.daemon.listeners)
    return "docker" in PurePosixPath(socket).name and socket not in listeners
