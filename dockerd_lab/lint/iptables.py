"""Reads simple rules of iptables-save: which packets to a port of the machine they let through.

As with nftables, what it does not know makes the whole file unknown.
"""

import re
from collections.abc import Sequence

from dockerd_lab.config import firewall_tree
from dockerd_lab.config.not_read import NotRead
from dockerd_lab.lint.nftables import Chain, Rule, Verdict, is_network

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
            case ["-A", "FORWARD", *_]:
                continue  # it is for packets to containers
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
        negated = "!" if rest[0] == "!" else ""
        found: tuple[str, tuple[str, ...]]
        match rest[1:] if negated else rest:
            case ["-j", target, *more] if target in _VERDICTS and not negated:
                if more and (target != "REJECT" or more[:1] != ["--reject-with"] or more[2:]):
                    raise NotRead(" ".join(more[:4]))
                return Rule(tuple(conditions), _VERDICTS[target])
            case ["-m", "comment", "--comment", _, *more] if not negated:
                rest = more
                continue
            case ["-m", name, *more] if name in _MATCHES and not negated:
                rest = more
                continue
            case ["-i", name, *more] if name in ("lo", "docker0"):
                found = ("interface", (name,))
            case ["-s", network, *more] if is_network(network):
                found = (family, (network,))
            case ["-p", protocol, *more]:
                conditions.append(_protocol(protocol, negated=bool(negated)))
                rest = more
                continue
            case ["--dport" | "--dports", ports, *more] if _PORTS.fullmatch(ports):
                found = ("port", tuple(ports.replace(":", "-").split(",")))
            case ["--state" | "--ctstate", states, *more] if {*states.split(",")} <= {*_STATES}:
                found = ("state", tuple(states.lower().split(",")))
            case _:
                raise NotRead(" ".join(rest[:4]))
        conditions.append((found[0] + negated, found[1]))
        rest = more
    return Rule(tuple(conditions), None)


def _protocol(name: str, *, negated: bool) -> tuple[str, tuple[str, ...]]:
    """Return the condition that a packet is of a protocol, or of another one: it is of TCP."""
    if name not in ("tcp", "udp", "icmp", "icmpv6", "ipv6-icmp"):
        raise NotRead(f"-p {name}")
    is_fulfilled = (name == "tcp") is not negated
    return ("port", ("0-65535",)) if is_fulfilled else ("other", ())
