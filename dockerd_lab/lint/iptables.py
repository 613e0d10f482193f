"""Reads simple rules of iptables-save: which packets to a port of the machine they let through.

As with nftables, what it does not know makes the whole file unknown.
"""

import re
from collections.abc import Sequence

from dockerd_lab.config import firewall_tree
from dockerd_lab.config.not_read import NotRead
from dockerd_lab.lint.packets import MAYBE, Chain, Rule, Verdict, is_network

_VERDICTS: dict[str, Verdict] = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject"}
_PORTS = re.compile(r"\d{1,5}([:,]\d{1,5})*")
_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED")
_MATCHES = ("tcp", "udp", "icmp", "icmp6", "state", "conntrack", "comment", "multiport")
#: What is a comment or a mark for nft, after something else; iptables-restore refuses it.
_OF_NFT = re.compile(r"^[ \t]*[^\s#].*[#;{}]", re.MULTILINE)
_Conditions = list[tuple[str, tuple[str, ...]]]


def read_chain(text: str, family: str) -> Chain:
    """Return the chain INPUT of a file; `family` is `ip` or `ip6`.

    Raises NotRead for other tables than filter, and for rules that are not known.
    """
    chain = Chain((family, "filter"), "INPUT")
    if match := _OF_NFT.search(text):
        raise NotRead(match[0].strip()[:60])
    for statement in firewall_tree.parse(text, strict=True):
        match statement.words:
            case ["COMMIT"] | ["*filter"]:
                continue
            case [name, policy, *_] if name.startswith(":"):
                _set_policy(chain, name[1:], policy)
            case ["-A", "INPUT", *rest]:
                chain.rules.append(_rule(rest, family))
            case ["-A", name, *_] if name not in ("INPUT", "OUTPUT"):
                continue  # it is for packets to containers, unless INPUT leads there
            case ["-A", "OUTPUT", *_, "-j", "ACCEPT"]:
                continue
            case _:
                raise NotRead(statement.text[:60])
    return chain


def _set_policy(chain: Chain, name: str, policy: str) -> None:
    """Take the policy of INPUT; raise NotRead if answers are filtered."""
    if name == "INPUT" and policy in ("ACCEPT", "DROP"):
        chain.policy = "accept" if policy == "ACCEPT" else "drop"
    elif name == "INPUT" or (name == "OUTPUT" and policy != "ACCEPT"):
        raise NotRead(f":{name} {policy}")


def _rule(words: Sequence[str], family: str) -> Rule:
    rest = list(words)
    conditions: _Conditions = []
    while rest:
        match rest:
            case ["-j", "LOG", *_]:
                return Rule((), None)
            case ["-j", target, *more] if target in _VERDICTS:
                if more and (target != "REJECT" or more[:1] != ["--reject-with"] or more[2:]):
                    raise NotRead(" ".join(more[:4]))
                return Rule(tuple(conditions), _VERDICTS[target])
            case ["-m", "comment", "--comment", _, *more]:
                rest = more
            case ["-m", name, *more] if name in _MATCHES:
                rest = more
            case ["--icmp-type" | "--icmpv6-type", _, *more] | ["--syn", *more]:
                rest = more
            case ["!", *more]:
                rest = _condition(more, "!", family, conditions)
            case _:
                rest = _condition(rest, "", family, conditions)
    return Rule(tuple(conditions), None)


def _condition(words: list[str], negation: str, family: str, conditions: _Conditions) -> list[str]:
    """Add the condition with which a rule begins; return what follows it."""
    match words:
        case ["-i", name, *more] if name in ("lo", "docker0"):
            conditions.append((f"interface{negation}", (name,)))
        case ["-i", _, *more]:
            conditions.append(MAYBE)  # an interface of the real host's
        case (
            ["-m", "limit", "--limit", _, "--limit-burst", _, *more]
            | ["-m", "limit", "--limit", _, *more]
            | ["--tcp-flags", _, _, *more]
            | ["-d" | "--sport" | "--sports", _, *more]
        ):
            conditions.append(MAYBE)
        case ["-s", network, *more] if is_network(network):
            conditions.append((family + negation, (network,)))
        case ["-p", protocol, *more]:
            conditions.append(_protocol(protocol, negated=bool(negation)))
        case ["--dport" | "--dports", ports, *more] if _PORTS.fullmatch(ports):
            values = tuple(ports.replace(":", "-").split(","))
            conditions.append((f"port{negation}", values))
        case ["--state" | "--ctstate", states, *more] if {*states.split(",")} <= {*_STATES}:
            conditions.append((f"state{negation}", tuple(states.lower().split(","))))
        case _:
            raise NotRead(" ".join(words[:4]))
    return list(more)


def _protocol(name: str, *, negated: bool) -> tuple[str, tuple[str, ...]]:
    """Return the condition that a packet is of a protocol, or of another one: it is of TCP."""
    if name not in ("tcp", "udp", "icmp", "icmpv6", "ipv6-icmp"):
        raise NotRead(f"-p {name}")
    is_fulfilled = (name == "tcp") is not negated
    return ("port", ("0-65535",)) if is_fulfilled else ("other", ())
