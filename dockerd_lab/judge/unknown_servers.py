"""Finds servers of which the trial does not show what they do for strangers.

They have no Docker API, and may run docker for whoever asks them: what they answer to is theirs.
"""

import re
from collections.abc import Iterator

from dockerd_lab.config.proxy_table import PROXIES
from dockerd_lab.inputs.input import Input
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
#: Programs whose configuration says whom they let in, or that pass all of it on.
_GUARDS = (
    *("init", "stunnel4", "systemd-socket-p"),
    *(command for proxy in PROXIES for command in proxy.commands),
)
#: The levels of a server that may let through something else than what was tried.
_GUARDED = ("auth-required", "read-only")
_STRANGERS = {
    "outsider": "an outsider",
    "local-user": "a local user",
    "container": "a container",
}
#: What the probe says of an answer in HTTP that is none of Docker's API.
_NO_API = "no API: "
#: What it says of a server that takes a connection and waits for something else than a request.
_SILENT = "connected, but no answer"
_SETTLE = "Look at what it does for whom, or keep strangers from it; --allow-incomplete permits it."


def find_unknown_servers(inputs: Input, observation: Observation) -> Iterator[NotJudged]:
    """Yield each server that takes a stranger's connection, and is none of the known programs.

    One that hangs up at once is left out: it has refused. A complete case says itself who gets in.
    """
    if inputs.complete:
        return
    programs = dict(_programs(observation))
    told: set[str] = set()
    for who, words in _STRANGERS.items():
        exposure = observation.exposure.get(who)
        for attempt in exposure.attempts if exposure is not None else ():
            program = programs.get(_place(attempt.target))
            if program is None or program in told:
                continue
            name = "systemd" if program == "init" else program
            at = f"{words} at {attempt.target}"
            if attempt.level == "refused" and attempt.evidence.startswith(_NO_API):
                message = f"{name} answers {at}: not with Docker's API"
            elif attempt.evidence.startswith(_SILENT):
                message = f"{name} waits for what {words} sends at {attempt.target}"
            elif attempt.level in _GUARDED and program not in _GUARDS:
                message = f"{name} denied what was tried by {at}: what else it lets through was not"
            else:
                continue
            told.add(program)
            yield NotJudged(name=name, message=message, settle=_SETTLE)


def _programs(observation: Observation) -> Iterator[tuple[str, str]]:
    """Yield the ports and the unix sockets at which other programs listen, each with its program.

    Another one may listen on the same port at another address.
    """
    listeners = observation.daemon.listeners
    unix = [(each.address, each.program) for each in listeners if each.protocol == "unix"]
    for place, program in (*tcp_programs(listeners), *unix):
        if program not in _KNOWN:
            yield re.sub("^/var/run/", "/run/", place), program


def _place(target: str) -> str:
    """Return the port of a target, or the path of a unix socket.

    >>> _place("tcp://192.0.2.1:2375 from port 53"), _place("unix:///run/a")
    ('2375', '/run/a')
    """
    return target.removeprefix("unix://") if target.startswith("unix:") else port_of(target)
