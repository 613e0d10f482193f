"""Reads simple rules of nftables: which packets to a port of the machine they let through.

What it does not know makes the whole file unknown: rules that were read in part would say that
somebody is kept out who is not.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dockerd_lab.config import firewall_tree
from dockerd_lab.config.firewall_tree import Statement
from dockerd_lab.config.not_read import NotRead

Verdict = Literal["accept", "drop", "reject"]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOOK = re.compile(r"(\w+) hook (\w+) (?:device \S+ )?priority (.+)")
#: Hooks that a packet to a program of the machine does not pass.
_ELSEWHERE = ("forward", "postrouting")


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


def read_chains(text: str) -> list[Chain]:
    """Return the chains of a file that filter packets to the machine.

    Raises NotRead with what is not known.
    """
    chains: list[Chain] = []
    for statement in firewall_tree.parse(text, strict=True):
        match statement.words:
            case ["flush", "ruleset"]:
                # What Docker itself has loaded is no matter of the machine's own ports.
                chains = []
            case ["delete", "table", family, name]:
                chains = [each for each in chains if each.table != (family, name)]
            case [*add, "table", ("inet" | "ip" | "ip6") as family, name] if add in ([], ["add"]):
                chains += _table((family, name), statement.block or ())
                names = [(each.table, each.name) for each in chains]
                if len(names) > len({*names}):
                    raise NotRead(f"{name}, in which a chain is defined twice")
            case words:
                raise NotRead(" ".join(words[:4]))
    return chains


def judge(chains: Sequence[Chain], packet: Packet) -> Verdict:
    """Return what becomes of a packet: every chain must accept it."""
    family = "ip" if packet.version == 4 else "ip6"  # noqa: PLR2004
    verdicts = [_of_chain(chain, packet) for chain in chains if chain.table[0] in ("inet", family)]
    return next((each for each in verdicts if each != "accept"), "accept")


def _of_chain(chain: Chain, packet: Packet) -> Verdict:
    for rule in chain.rules:
        if rule.verdict is not None and all(_fits(each, packet) for each in rule.conditions):
            return rule.verdict
    return chain.policy


def _fits(condition: tuple[str, tuple[str, ...]], packet: Packet) -> bool:
    kind, values = condition
    negated = kind.endswith("!")
    match kind.rstrip("!"):
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


def _table(table: tuple[str, str], body: Sequence[Statement]) -> Iterator[Chain]:
    for statement in body:
        match statement.words:
            case ["chain", name] if statement.block is not None:
                chain = _chain(Chain(table, name), statement.block)
            case words:
                raise NotRead(" ".join(words[:4]))
        if chain is not None:
            yield chain


def _chain(chain: Chain, body: Sequence[Statement]) -> Chain | None:
    """Return a chain with its rules if it is of the hook input; None if it filters others."""
    hook = None
    for statement in body:
        words, text = statement.words, statement.text
        match = _HOOK.fullmatch(text.removeprefix("type "))
        if match and words[0] == "type":
            hook = match[2]
            is_filter = match[1] == "filter" and hook in ("input", "output")
            if not is_filter and hook not in _ELSEWHERE:
                raise NotRead(text)
        elif words[0] == "policy" and words[1:] in (("accept",), ("drop",)):
            chain.policy = "drop" if words[1] == "drop" else "accept"
        elif hook == "input":
            chain.rules.append(_rule(words))
        elif hook in _ELSEWHERE:
            continue
        else:
            raise NotRead(text)
    if hook is None or (hook == "output" and chain.policy != "accept"):
        raise NotRead("a chain without a hook, or one that filters answers")
    return chain if hook == "input" else None


def _rule(words: Sequence[str]) -> Rule:
    """Return one rule; raises NotRead for a match or a statement that is not known."""
    rest = list(words)
    conditions: list[tuple[str, tuple[str, ...]]] = []
    while rest:
        verdict = _verdict(rest)
        if verdict is not None:
            return Rule(tuple(conditions), verdict)
        match rest:
            case ["counter", *more]:
                rest = more
            case ["log", "prefix", text, *more] | ["comment", text, *more] if _is_string(text):
                rest = more
            case ["iif" | "iifname", *more]:
                rest = _take("interface", more, conditions)
            case ["tcp", "dport", *more]:
                rest = _take("port", more, conditions)
            case ["ip" | "ip6" as family, "saddr", *more]:
                rest = _take(family, more, conditions)
            case ["ct", "state", *more]:
                rest = _take("state", more, conditions)
            case ["udp", "dport", *more] | ["icmp" | "icmpv6", "type", *more]:
                rest = _take("other", more, conditions)
            case ["meta", "nfproto", ("ipv4" | "ipv6") as version, *more]:
                conditions.append((version, ()))
                rest = more
            case ["ip", "protocol", "icmp", *more] | ["ip6", "nexthdr", "icmpv6", *more]:
                conditions.append(("other", ()))
                rest = more
            case _:
                raise NotRead(" ".join(rest[:4]))
    return Rule(tuple(conditions), None)


def _is_string(text: str) -> bool:
    """Return whether nft reads a word so: it knows no single quotes, and no escapes."""
    return not {"'", "\\"} & {*text}


def _verdict(words: Sequence[str]) -> Verdict | None:
    """Return the verdict with which a rule ends; None if more of it follows."""
    match words:
        case ["accept"]:
            return "accept"
        case ["drop"]:
            return "drop"
        case ["reject"] | ["reject", "with", *_]:
            return "reject"
    return None


def _take(
    kind: str, words: Sequence[str], conditions: list[tuple[str, tuple[str, ...]]]
) -> list[str]:
    """Add a condition with the values that follow; return the remaining words."""
    rest = list(words)
    if rest[:1] in (["!="], ["=="]):
        kind += "!" if rest.pop(0) == "!=" else ""
    if rest[:1] == ["{"]:
        end = rest.index("}")
        values, rest = rest[1:end], rest[end + 1 :]
    else:
        values, rest = rest[:1], rest[1:]
        while values and (values[-1].endswith(",") or rest[:1] == [","]):
            values, rest = values + rest[:1], rest[1:]
    parts = [part.strip('"') for word in values for part in word.split(",") if part]
    if not parts or not all(map(_CHECKS.get(kind.rstrip("!"), bool), parts)):
        raise NotRead(" ".join(words[:4]))
    conditions.append((kind, tuple(parts)))
    return rest


def is_network(text: str) -> bool:
    """Return whether a text is an address or a network."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


_CHECKS = {
    "interface": lambda text: text in ("lo", "docker0"),
    "port": lambda text: re.fullmatch(r"\d{1,5}(-\d{1,5})?", text) is not None,
    "ip": is_network,
    "ip6": is_network,
    "state": lambda text: text in ("new", "established", "related", "invalid", "untracked"),
}
