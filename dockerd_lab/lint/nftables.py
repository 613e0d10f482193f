"""Reads simple rules of nftables: which packets to a port of the machine they let through.

What it does not know makes the whole file unknown: rules that were read in part would say that
somebody is kept out who is not.
"""

import re
from collections.abc import Iterator, Sequence

from dockerd_lab.config import firewall_tree
from dockerd_lab.config.firewall_tree import Statement
from dockerd_lab.config.not_read import NotRead
from dockerd_lab.lint.packets import MAYBE, Chain, Rule, Verdict, is_network

_HOOK = re.compile(r"(\w+) hook (\w+) (?:device \S+ )?priority (.+)")
#: Hooks that a packet to a program of the machine does not pass.
_ELSEWHERE = ("forward", "postrouting")


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
        if rest[:4] == ["ct", "state", "vmap", "{"]:
            return _state_map(conditions, rest[4:])
        others = _without_remark(rest)
        rest = others if others is not None else _condition(rest, conditions)
    return Rule(tuple(conditions), None)


def _without_remark(words: list[str]) -> list[str] | None:
    """Return what follows a statement that decides nothing; None if it begins with another."""
    match words:
        case ["counter", "packets", _, "bytes", _, *more] | ["counter", *more]:
            return more
        case ["log", "prefix", text, *more] | ["comment", text, *more] if _is_string(text):
            return more
        case ["log", "level" | "flags", _, *more] | ["level", _, *more]:
            return more
        case ["log", *more] if more[:1] != ["prefix"]:
            return more
    return None


def _condition(words: list[str], conditions: list[tuple[str, tuple[str, ...]]]) -> list[str]:
    """Add the condition with which a rule begins; return what follows it."""
    match words:
        case ["limit", "rate", _, *more]:
            conditions.append(MAYBE)
            return _rest_of_limit(more)
        case ["meta", "nfproto", ("ipv4" | "ipv6") as version, *more]:
            conditions.append((version, ()))
            return more
    for count in (1, 2):
        if kind := _KINDS.get(tuple(words[:count])):
            return _take(kind, words[count:], conditions)
    raise NotRead(" ".join(words[:4]))


#: The kinds of conditions, by the words with which they begin.
_KINDS = {
    ("iif",): "interface",
    ("iifname",): "interface",
    ("tcp", "dport"): "port",
    ("tcp", "sport"): "maybe",
    ("ip", "saddr"): "ip",
    ("ip6", "saddr"): "ip6",
    ("ct", "state"): "state",
    ("udp", "dport"): "other",
    ("udp", "sport"): "other",
    ("icmp", "type"): "other",
    ("icmpv6", "type"): "other",
    ("ip", "protocol"): "protocol",
    ("ip6", "nexthdr"): "protocol",
    ("meta", "l4proto"): "protocol",
}


def _rest_of_limit(words: Sequence[str]) -> list[str]:
    """Return what follows a limit such as `5/second burst 3 packets`, without its first word."""
    match words:
        case ["burst", _, "packets", *rest]:
            return list(rest)
    return list(words)


def _state_map(conditions: list[tuple[str, tuple[str, ...]]], words: Sequence[str]) -> Rule:
    """Return the rule for a new connection of a map of verdicts, up to its closing brace."""
    entries = " ".join(words).removesuffix("}").split(",")
    by_state = {
        state.strip(): what.strip() for state, _, what in (e.partition(":") for e in entries)
    }
    verdict = _verdict([by_state["new"]]) if "new" in by_state else None
    known = (*_STATES, "")
    if words[-1] != "}" or not {*by_state} <= {*known} or ("new" in by_state and verdict is None):
        raise NotRead(f"ct state vmap {' '.join(words)}")
    return Rule(tuple(conditions), verdict)


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
    parts = [_SERVICES.get(part, part) for part in parts] if kind.startswith("port") else parts
    is_foreign = kind.startswith("interface") and not {*parts} & {"lo", "docker0"}
    if not parts or not (is_foreign or all(map(_CHECKS.get(kind.rstrip("!"), bool), parts))):
        raise NotRead(" ".join(words[:4]))
    if is_foreign or kind.startswith("maybe"):
        conditions.append(MAYBE)  # such as an interface of the real host's
    elif kind.startswith("protocol"):
        is_fulfilled = ("tcp" in parts) is not kind.endswith("!")
        conditions.append(("port", ("0-65535",)) if is_fulfilled else ("other", ()))
    else:
        conditions.append((kind, tuple(parts)))
    return rest


_STATES = ("new", "established", "related", "invalid", "untracked")
_PROTOCOLS = ("tcp", "udp", "icmp", "icmpv6", "ipv6-icmp", "igmp", "esp")
#: Ports by the names that nft knows; none of them is one of Docker's.
_SERVICES = {"ssh": "22", "http": "80", "https": "443", "domain": "53"}
_CHECKS = {
    "interface": lambda text: text in ("lo", "docker0"),
    "port": lambda text: re.fullmatch(r"\d{1,5}(-\d{1,5})?", text) is not None,
    "ip": is_network,
    "ip6": is_network,
    "state": lambda text: text in _STATES,
    "protocol": lambda text: text in _PROTOCOLS,
}
