"""Defines packets to the machine, and judges them by the rules of its firewalls."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

#: `unknown` is what becomes of a packet, and never what a rule says.
Verdict = Literal["accept", "drop", "reject", "unknown"]
#: The condition of a rule of which is not known whether a packet fulfils it.
MAYBE: tuple[str, tuple[str, ...]] = ("maybe", ())
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Packet:
    """The first packet of a TCP connection to the machine."""

    source: Address | None
    """None for an address that no rule names: a list of addresses that are kept out lets it in."""
    interface: str
    port: int
    version: int
    """Of IP."""


@dataclass(frozen=True)
class Rule:
    """One rule: what a packet must have, and what becomes of it."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    verdict: Verdict | None


@dataclass
class Chain:
    """A chain that packets to the machine pass."""

    table: tuple[str, str]
    """The family and the name of its table."""
    name: str
    policy: Verdict = "accept"
    rules: list[Rule] = field(default_factory=list)


def judge(chains: Sequence[Chain], packet: Packet) -> Verdict:
    """Return what becomes of a packet: every chain must accept it."""
    family = "ip" if packet.version == 4 else "ip6"  # noqa: PLR2004
    verdicts = [_of_chain(chain, packet) for chain in chains if chain.table[0] in ("inet", family)]
    certain = (each for each in verdicts if each in ("drop", "reject"))
    return next(certain, "unknown" if "unknown" in verdicts else "accept")


def _of_chain(chain: Chain, packet: Packet) -> Verdict:
    possible: set[Verdict] = set()
    for rule in chain.rules:
        if rule.verdict is None or not all(_fits(each, packet) for each in rule.conditions):
            continue
        possible.add(rule.verdict)
        if MAYBE not in rule.conditions:
            break
    else:
        possible.add(chain.policy)
    return possible.pop() if len(possible) == 1 else "unknown"


def _fits(condition: tuple[str, tuple[str, ...]], packet: Packet) -> bool:
    """Return whether a packet fulfils a condition, or may do so."""
    kind, values = condition
    negated = kind.endswith("!")
    match kind.rstrip("!"):
        case "maybe":
            return True
        case "interface":
            fits = packet.interface in values
        case "port":
            fits = any(_in_range(packet.port, each) for each in values)
        case "ip" | "ip6" as family:
            if packet.version != (4 if family == "ip" else 6):
                return False
            fits = any(_is_in(packet.source, each) for each in values)
        case "ipv4" | "ipv6" as version:
            fits = packet.version == int(version[-1])
        case "state":
            fits = "new" in values
        case _:  # another protocol than TCP
            return False
    return fits is not negated


def _is_in(source: Address | None, text: str) -> bool:
    network = ipaddress.ip_network(text, strict=False)
    return network.prefixlen == 0 if source is None else source in network


def _in_range(port: int, text: str) -> bool:
    first, _, last = text.partition("-")
    return int(first) <= port <= int(last or first)


def is_network(text: str) -> bool:
    """Return whether a text is an address or a network."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
