"""Finds rules of `daemon`'s firewall whose conditions nobody tried to meet, or could not.

A port that is filtered now may be open at another hour, to another mark, or after a knock: what was
measured proves nothing about that. A rule that names nothing but what is tried (or what no stranger
can choose) is no reason to doubt; every other one is returned.
"""

import re
from collections.abc import Collection, Iterable

from dockerd_lab.observe.firewall_rules import Rule

#: A value in nft's words: one, or several in braces. `@NAME` is a set, which may change.
_VALUE = r'(?:!= |== |! )?(?:\{[^}]*\}|"[^"]*"|[^@\s{]\S*)'
_FLAGS = r"(?:\([^)]*\)|[\w,]+)"
#: What rules of nftables may contain: what is tried, what strangers cannot choose, and verdicts.
_NFT = re.compile(
    "|".join(
        (
            rf"(?:meta )?(?:iif|oif|iifname|oifname) {_VALUE}",
            rf"ct (?:state|status|direction) (?:vmap )?{_VALUE}",
            rf"(?:ip|ip6) (?:saddr|daddr|protocol|nexthdr) (?:vmap )?{_VALUE}",
            rf"(?:meta )?(?:l4proto|nfproto|protocol|skuid|skgid|pkttype) {_VALUE}",
            rf"(?:tcp|udp|th) (?:dport|sport) (?:vmap )?{_VALUE}",
            rf"tcp flags (?:(?:==|!=|&) )?{_FLAGS}(?: (?:==|!=|/|&|\|) {_FLAGS})*",
            rf"(?:icmp|icmpv6) (?:type|code) {_VALUE}",
            rf"fib daddr type {_VALUE}",
            r"counter(?: packets \d+ bytes \d+)?",
            r"log(?: (?:prefix \"[^\"]*\"|level \S+|flags \S+|group \d+))*",
            r"comment \"[^\"]*\"",
            r"(?:jump|goto) \S+",
            r"reject(?: with (?:tcp reset|\S+ (?:type )?\S+))?",
            r"(?:dnat|snat|redirect|tproxy)(?: (?:ip|ip6))?(?: to \S+)?(?: \S+)*",
            r"accept|drop|return|continue|masquerade",
        )
    )
)
_WORD = r'(?:"[^"]*"|\S+)'
#: The same for rules of iptables.
_IPTABLES = re.compile(
    "|".join(
        (
            r"-m (?:tcp|udp|multiport|conntrack|state|comment|owner|addrtype|icmp6?|pkttype)",
            rf"(?:! )?-[sdiop] {_WORD}",
            rf"(?:! )?--(?:dports?|sports?|ports|ctstate|state|ctdir|ctstatus|comment) {_WORD}",
            rf"(?:! )?--(?:uid-owner|gid-owner|dst-type|src-type|pkt-type) {_WORD}",
            rf"(?:! )?--icmp(?:v6)?-type {_WORD}",
            r"(?:! )?--tcp-flags \S+ \S+|(?:! )?--syn",
            rf"--(?:reject-with|to-(?:ports?|destination|source)|log-[a-z-]+|on-\w+) {_WORD}",
            r"--(?:limit-iface-in|log-(?:tcp|ip|uid)\S*)",
            rf"-[jg] (?!QUEUE|NFQUEUE){_WORD}",
        )
    )
)
#: A first segment with PSH or URG opens a connection, and is not the SYN alone that these name.
_SYN_ALONE = re.compile(
    r"tcp flags & \([^)]*\b(?:psh|urg)\b[^)]*\) == syn(?! \|)"
    r"|tcp flags (?:== )?syn / \S*(?:psh|urg)|--tcp-flags (?:ALL|\S*(?:PSH|URG)\S*) SYN(?!,)"
)
#: Interfaces that the lab's machines do not have, or by which nobody comes: of other computers, of
#: VLANs, and of tunnels.
_OTHER_INTERFACE = re.compile(
    r"(?:en[opsx]|wl|ww|wg|tun|tap|vx|gre|ipip|sit|ppp|bond|team|vmbr|vlan|tailscale|zt|l2tp|macv"
    r"|ipvlan|ipvtap)[\w.]*[*+]?|[\w-]+\.\d+"
)
_INTERFACES = re.compile(r"(?:\biif(?:name)? |-i )(?!!)(\{[^}]*\}|\S+)")
_HOOKS_OF_OTHERS = ("forward", "postrouting")
_OTHER_PROTOCOLS = re.compile(
    r"\budp (?:dport|sport)\b|\bicmp(?:v6)? |-p (?:udp|icmp|icmpv6|ipv6-icmp|igmp|sctp|gre)\b"
    r"|meta l4proto (?!tcp\b|\{)\S+|ip protocol (?!tcp\b|\{)\S+"
)
_PORTS = re.compile(r"(?:tcp |--)dports? (?:vmap )?(\{[^}]*\}|[\d,:-]+)")
_ACCEPTS = re.compile(r"\baccept\b|-j ACCEPT\b")
_NUMBERS = re.compile(r"(\d+)(?:[-:](\d+))?")


def untried_rules(
    rules: Iterable[Rule], ports: Collection[int], machines: Collection[str]
) -> list[str]:
    """Return the rules about TCP `ports` that have a condition which was not tried.

    A rule for one of the `machines`' addresses alone is no reason for doubt: nobody else has it.

    >>> untried_rules([Rule('tcp dport 2375 meta hour "08:00"-"18:00" accept', "a", "input")],
    ...     [2375], [])
    ['tcp dport 2375 meta hour "08:00"-"18:00" accept']
    """
    return list(
        dict.fromkeys(
            rule.text
            for rule in rules
            if rule.hook not in _HOOKS_OF_OTHERS
            and not _OTHER_PROTOCOLS.search(rule.text)
            and _concerns(rule.text, ports)
            and not _is_for_a_machine(rule.text, machines)
            and not _is_understood(rule.text)
        )
    )


def _is_understood(rule: str) -> bool:
    if _SYN_ALONE.search(rule) or _is_for_other_interfaces(rule):
        return False
    known = _IPTABLES if re.match(r"(?:! )?-", rule) else _NFT
    position = 0
    while position < len(rule):
        match = known.match(rule, position)
        if match is None or match.end() == position:
            return False
        position = match.end()
        if position < len(rule) and not rule[position].isspace():
            return False
        position += 1
    return True


def _is_for_other_interfaces(rule: str) -> bool:
    """Return whether a rule accepts what comes in by an interface that is none of the lab's."""
    names = (re.findall(r'[^\s,"{}]+', value) for value in _INTERFACES.findall(rule))
    is_other = any(_OTHER_INTERFACE.fullmatch(name) for each in names for name in each)
    return is_other and bool(_ACCEPTS.search(rule))


def _concerns(rule: str, ports: Collection[int]) -> bool:
    """Return whether a rule may be about one of these ports; one that names none is about all."""
    named = _PORTS.findall(rule)
    if not named:
        return True
    for value in named:
        for low, high in _NUMBERS.findall(value):
            if any(int(low) <= port <= int(high or low) for port in ports):
                return True
    return False


def _is_for_a_machine(rule: str, machines: Collection[str]) -> bool:
    """Return whether a rule accepts what comes from one of the machines, and nothing else."""
    accepts = _ACCEPTS.search(rule)
    sources = re.findall(r"(?<!! )(?:\bip saddr|-s) (?!!)(\S+)", rule)
    return bool(accepts) and any(each.removesuffix("/32") in machines for each in sources)
