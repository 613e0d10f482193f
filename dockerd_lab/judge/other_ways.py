"""Tells of ways to the daemon's machine that nobody tried: sockets beside TCP's, and tunnels."""

from collections.abc import Iterator

from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import DaemonObservation
from dockerd_lab.observe.targets import tcp_ports

_SETTLE = "Do without it, or look at who gets in by it; --allow-incomplete permits it."


def find_other_ways(daemon: DaemonObservation) -> Iterator[NotJudged]:
    """Yield an entry for each socket, and for each tunnel where something listens on TCP."""
    for each in daemon.other_sockets:
        program = "the kernel" if each.program == "-" else each.program
        where = f"{each.protocol} {each.address}"
        yield NotJudged(
            name=program,
            message=f"{program} waits for others at {where}: what it does for them was not tried",
            settle=_SETTLE,
        )
    for tunnel in daemon.tunnels if tcp_ports(daemon.listeners) else ():
        message = "it leads to other machines: who gets in through it was not tried"
        yield NotJudged(name=f"the interface {tunnel}", message=message, settle=_SETTLE)
