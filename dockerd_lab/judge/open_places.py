"""Finds which rule explains that a stranger gets in, and the line that opens the way."""

import re
from collections.abc import Iterator

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.ports import port_of
from dockerd_lab.config.value import Place
from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.levels import LEVELS
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import Observation

#: dockerd, and systemd that listens for it.
_DOCKERD = ("dockerd", "init", "systemd")
_LOOPBACK = re.compile(r"127\.|::1:|\[::1\]")
_FIRST_OPEN = LEVELS.index("read-only")


def rule_of(finding: PolicyFinding, observation: Observation, declared: DeclaredConfig) -> str:
    """Return the id of the rule that explains a finding."""
    if finding.id:
        return finding.id
    by_scheme = {"unix": "socket-for-all-users", "ssh": "open-ssh"}
    if (scheme := finding.target.partition(":")[0]) in by_scheme:
        return by_scheme[scheme]
    listeners = list(_listeners(finding.target, observation))
    # Where nothing listens, a firewall leads elsewhere.
    if listeners and not any(each.program in _DOCKERD for each in listeners):
        return "open-proxy"
    if declared.tls:
        return "tls-without-client-certificates"
    if _outsider_gets_in(port_of(_address(finding.target)), observation):
        return "open-tcp"
    is_local = listeners and all(_LOOPBACK.match(each.address) for each in listeners)
    return "open-to-local-users" if is_local else "open-behind-firewall"


def place_of(target: str, declared: DeclaredConfig) -> Place | None:
    """Return the place that makes something listen at a target; None if no file names it."""
    address = _address(target)
    port = port_of(address)
    for value in (*declared.hosts, *declared.streams):
        own = re.sub(r"^\w+://", "", value.value)
        if own == address or (port is not None and _port(value.value) == port):
            return value.place
    for listen in declared.nginx:
        if listen.port == port:
            return Place(listen.file, listen.line)
    if port is None:
        return None
    name = re.compile(rf"(?<![\d.]){port}(?!\d)")
    for file, text in declared.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if name.search(line) and not line.lstrip().startswith(("#", ";")):
                return Place(file, number)
    return None


def _address(target: str) -> str:
    """Return the address of a target, which words on how it was tried may follow."""
    return re.sub(r"^\w+://", "", target.split(" ", maxsplit=1)[0])


def _port(host: str) -> int | None:
    """Return the port of a host; dockerd has 2375 and 2376 where a TCP host names none."""
    if host.startswith("tcp://") and not re.search(r":\d+/?$", host.removeprefix("tcp:")):
        return 2375
    return port_of(host.rstrip("/")) if not host.startswith(("unix:", "fd:", "/")) else None


def _listeners(target: str, observation: Observation) -> Iterator[Listener]:
    port = port_of(_address(target))
    for each in observation.daemon.listeners:
        if each.protocol != "unix" and port_of(each.address) == port:
            yield each


def _outsider_gets_in(port: int | None, observation: Observation) -> bool:
    attempts = observation.exposure["outsider"].attempts
    return any(
        port_of(_address(each.target)) == port
        and (each.level not in LEVELS or LEVELS.index(each.level) >= _FIRST_OPEN)
        for each in attempts
    )
