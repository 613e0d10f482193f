"""Tells of ways to the daemon's machine that nobody tried: sockets beside TCP's, and tunnels."""

from collections.abc import Iterator

from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import DaemonObservation
from dockerd_lab.observe.targets import is_tcp

_SETTLE = "Do without it, or look at who gets in by it; --allow-incomplete permits it."


def find_other_ways(daemon: DaemonObservation) -> Iterator[NotJudged]:
    """Yield an entry for each socket, and for each tunnel where something listens on TCP.

    Packets for 127.0.0.1 from elsewhere matter where something listens there (CVE-2020-8558).
    """
    for each in daemon.other_ways.sockets:
        program = "the kernel" if each.program == "-" else each.program
        where = f"{each.protocol} {each.address}"
        yield NotJudged(
            name=program,
            message=f"{program} waits for others at {where}: what it does for them was not tried",
            settle=_SETTLE,
        )
    tcp = [each for each in daemon.listeners if is_tcp(each)]
    for tunnel in daemon.other_ways.tunnels if tcp else ():
        message = "it leads to other machines: who gets in through it was not tried"
        yield NotJudged(name=f"the interface {tunnel}", message=message, settle=_SETTLE)
    for network in daemon.other_ways.own_networks if tcp else ():
        message = "all its addresses are the machine's own: who gets in at them was not tried"
        yield NotJudged(name=f"the network {network}", message=message, settle=_SETTLE)
    on_loopback = [each.address for each in tcp if each.address.startswith("127.")]
    for interface in daemon.other_ways.open_to_loopback if on_loopback else ():
        message = (
            "the kernel takes packets for 127.0.0.1 from elsewhere (route_localnet of"
            f" {interface}): whether they reach {on_loopback[0]} was not tried"
        )
        yield NotJudged(name="route_localnet", message=message, settle=_SETTLE)
