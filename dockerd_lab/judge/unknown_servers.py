"""Finds servers of which the trial does not show what they do for strangers.

They have no Docker API, and may run docker for whoever asks them: what they answer to is theirs.
"""

from collections.abc import Iterator

from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.judge.other_apis import PROGRAMS
from dockerd_lab.observe.observation import Observation
from dockerd_lab.observe.targets import port_of, tcp_programs

#: Programs that do nothing but pass requests on, so that the probe shows what they let through; and
#: those that judge/other_apis.py knows.
_KNOWN = (
    *("apache2", "caddy", "docker-proxy", "dockerd", "firewall", "haproxy", "nginx", "sshd"),
    *PROGRAMS,
)
#: What the probe says of an answer in HTTP that is none of Docker's API.
_NO_API = "no API: "
#: What it says of a server that takes a connection and waits for something else than a request.
_SILENT = "connected, but no answer"
_SETTLE = "Look at what it does for whom, or keep strangers from it; --allow-incomplete permits it."


def find_unknown_servers(observation: Observation) -> Iterator[NotJudged]:
    """Yield each server that takes an outsider's connection, and is none of the known programs.

    One that hangs up at once is left out: it has refused.
    """
    # Another program may listen on the same port at another address.
    programs = {
        port: program
        for port, program in tcp_programs(observation.daemon.listeners)
        if program not in _KNOWN
    }
    told: set[str] = set()
    for attempt in observation.exposure["outsider"].attempts:
        program = programs.get(port_of(attempt.target))
        if program is None or program in told:
            continue
        name = "systemd" if program == "init" else program
        if attempt.level == "refused" and attempt.evidence.startswith(_NO_API):
            message = f"{name} answers an outsider at {attempt.target}: not with Docker's API"
        elif attempt.evidence.startswith(_SILENT):
            message = f"{name} waits for what an outsider sends at {attempt.target}"
        else:
            continue
        told.add(program)
        yield NotJudged(name=name, message=message, settle=_SETTLE)
