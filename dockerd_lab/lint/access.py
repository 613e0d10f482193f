"""Works out what each of several machines and users gets of a listener."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dockerd_lab.levels import LEVELS
from dockerd_lab.lint.hosts import Door
from dockerd_lab.lint.notes import CLOSES, OPENS, Notes
from dockerd_lab.lint.packets import Chain, Packet, judge
from dockerd_lab.lint.prediction import UNKNOWN, WHO, PredictedListener

_OPEN = "full-control"
#: The port that is tried where nothing listens.
_DEFAULT_PORT = 2375
#: From where each connects in the lab: client and outsider as lab.yaml has them, a container as
#: docker0 does. The second address is one of IPv6.
_SOURCES = {
    "client": (("192.168.3.10", "eth1"), ("fd5f:3a1c:9e42:3::10", "eth1"), ("fe80::10", "eth1")),
    "outsider": (("192.168.3.66", "eth1"), ("fd5f:3a1c:9e42:3::66", "eth1"), ("fe80::66", "eth1")),
    "local-user": (
        *(("127.0.0.1", "lo"), ("::1", "lo")),
        *(("192.168.3.201", "lo"), ("fd5f:3a1c:9e42:3::201", "lo")),
    ),
    "container": (("172.17.0.2", "docker0"), ("fe80::2", "docker0")),
}
#: What somebody may get whether or not dockerd runs.
_WITHOUT_DOCKERD = ("filtered", "refused")
#: Who has any address; a user of the machine has all of its own.
_FROM_ANYWHERE = ("outsider", "container", "local-user")
#: Who sends from addresses of the machine, or of its own networks.
_ON_THE_MACHINE = ("container", "local-user")
#: What somebody gets whom a proxy does not let through.
_DENIED = "auth-required"
_BY_VERDICT = {"drop": "filtered", "reject": "refused", "unknown": UNKNOWN}


@dataclass(frozen=True)
class Api:
    """What a listener asks of those who reach it."""

    door: Door
    stranger: str
    """What a stranger gets who reaches it."""
    client: str
    """What the client gets, with its certificate."""
    local_user: str = ""
    """Of a unix socket: what a user of the machine gets who is not in its group."""
    addresses: Sequence[Chain] = ()
    """Whom a proxy lets through by address; it answers the others itself."""


def levels(api: Api, chains: Sequence[Chain]) -> dict[str, str]:
    """Return what each of WHO gets of a listener behind a firewall."""
    return {who: _level(who, api, chains) for who in WHO}


def listeners_of(
    apis: Iterable[Api], chains: Sequence[Chain], *, is_known: bool
) -> tuple[PredictedListener, ...]:
    """Return what listens, once each, with what WHO get there in the worst of several ways.

    Without `is_known` a script may have changed all of it.
    """
    found: dict[str, PredictedListener] = {}
    for api in apis:
        door = api.door
        gets = levels(api, chains) if is_known else dict.fromkeys(WHO, UNKNOWN)
        if str(door) in found:
            before = found[str(door)].levels
            gets = {who: worst((before[who], level)) for who, level in gets.items()}
        place = door.value.place if door.value.value else None
        listener = PredictedListener(
            door.family, door.address, door.port, door.program, gets, place
        )
        found[str(door)] = listener
    return tuple(found.values())


def _level(who: str, api: Api, chains: Sequence[Chain]) -> str:
    door = api.door
    if door.family == "unix":
        return api.local_user if who == "local-user" else "refused"
    if door.is_loopback and who != "local-user":
        return closed_port(who, chains, door.port)
    behind = api.client if who == "client" else api.stranger
    every = [*chains, *api.addresses]
    by_version: dict[int, list[str]] = {4: [], 6: []}
    for packet in _packets(who, door.port):
        if _reaches(door, packet.version):
            by_version[packet.version].append(_of_packet(packet, chains, api, behind))
    results = by_version[4] + by_version[6]
    if who == "container" and worst(results) != worst(by_version[4]):
        results = [*by_version[4], UNKNOWN]  # only some networks of containers have IPv6
    if who in _ON_THE_MACHINE:
        for packet in _own_packets(who, door.port, every):
            if _reaches(door, packet.version):
                level = _of_packet(packet, chains, api, behind)
                results.append(level if level in (*_WITHOUT_DOCKERD, _DENIED) else UNKNOWN)
    return worst(results)


def closed_port(who: str, chains: Sequence[Chain], port: int = _DEFAULT_PORT) -> str:
    """Return what somebody gets at a port on which nothing listens for other machines."""
    source = ipaddress.ip_address(_SOURCES[who][0][0])
    verdict = judge(chains, Packet(source, _SOURCES[who][0][1], port, source.version))
    return _BY_VERDICT.get(verdict, "refused")


def _of_packet(packet: Packet, chains: Sequence[Chain], api: Api, behind: str) -> str:
    """Return what becomes of who sends a packet."""
    verdict = judge(chains, packet)
    if verdict != "accept":
        return _BY_VERDICT[verdict]
    verdict = judge(api.addresses, packet)
    if verdict == "unknown":
        return UNKNOWN
    return behind if verdict == "accept" else _DENIED


def _own_packets(who: str, port: int, chains: Sequence[Chain]) -> Iterator[Packet]:
    """Yield packets of the networks that rules name: the machine's own address may be in them.

    A single address is taken for another machine's.
    """
    interface = _SOURCES[who][0][1]
    for chain in chains:
        for rule in chain.rules:
            for kind, values in rule.conditions:
                for text in values if kind in ("ip", "ip6") and rule.verdict == "accept" else ():
                    network = ipaddress.ip_network(text, strict=False)
                    if network.num_addresses > 1 and not network.is_loopback:
                        yield Packet(network[1], interface, port, network.version)


def _packets(who: str, port: int) -> Iterator[Packet]:
    """Yield the first packets of connections to a port: from the lab's addresses, and any other."""
    for text, interface in _SOURCES[who]:
        source = ipaddress.ip_address(text)
        yield Packet(source, interface, port, source.version)
        if who in _FROM_ANYWHERE:
            yield Packet(None, interface, port, source.version)


def _reaches(door: Door, version: int) -> bool:
    """Return whether packets of a version of IP reach a listener."""
    if door.address == "::":
        return True
    return (":" in door.address) == (version == 6)  # noqa: PLR2004


def worst(found: Sequence[str]) -> str:
    """Return the level that gives most; `refused` if there is none."""
    if UNKNOWN in found and _OPEN not in found:
        return UNKNOWN
    return max(
        found, key=lambda level: LEVELS.index(level) if level in LEVELS else -1, default="refused"
    )


def overall(found: Sequence[str], notes: Notes, *, starts: str) -> str:
    """Return what somebody gets at all listeners together.

    It is unknown whether nobody gets in as long as anything may open another way, and whether
    somebody gets in as long as anything may close this one.
    """
    level = worst(found)
    if level == _OPEN:
        return UNKNOWN if notes.is_open(CLOSES) or starts == UNKNOWN else level
    unclear = notes.is_open(OPENS) or (starts == UNKNOWN and level not in _WITHOUT_DOCKERD)
    return UNKNOWN if unclear else level


def is_open(level: str) -> bool:
    """Return whether a level is control of the daemon."""
    return level == _OPEN
