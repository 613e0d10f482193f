"""Finds ports of `daemon` at which nothing listens, and which its firewall leads elsewhere.

`nft add rule … tcp dport 8375 redirect to :2375` opens the daemon at a port that netstat does not
show, with rules for port 2375 left as they are.
"""

import re

from dockerd_lab.observe.firewall_rules import SSH_PORT
from dockerd_lab.observe.listeners import Listener

#: What tells from whom a listener made of a rule is.
PROGRAM = "firewall"
#: Stands for every port, where a rule names none.
ANY_PORT = 1
#: So many ports are tried; rules with more of them are rare, and each may take seconds.
LIMIT = 24

_FORWARDS = re.compile(r"\b(redirect|dnat|tproxy)\b", re.IGNORECASE)
#: A rule's ports: `dport 80`, `dport { 80, 443 }`, `dport map { 80 : … }`, `--dports 80,443`.
_PORTS = re.compile(r"\bdports? (?:v?map )?(\{[^}]*\}|\S+)")
#: The elements of a named set or map, which may be of ports.
_ELEMENTS = re.compile(r"elements = \{([^}]*)\}")
#: A number that is no part of an address, a network or a target.
_NUMBER = re.compile(r"(?<![\w.:/])\d{1,5}(?![\w.]|:[\w.]|/)")
_OF_A_LIST = re.compile(r"\d{1,5}")


def forwarded_ports(rules: str) -> list[Listener]:
    """Return a listener on every address for each port that a firewall forwards.

    `rules` are the output of firewall_rules.COMMAND. A port counts if any rule or set has it while
    another rule forwards: the one may jump to the other.

    >>> forwarded_ports("tcp dport 8375 redirect to :2375")
    [Listener(protocol='tcp6', address=':::8375', program='firewall')]
    >>> forwarded_ports("tcp dport 2375 drop")
    []
    """
    forwarding = [line for line in rules.splitlines() if _FORWARDS.search(line)]
    if not forwarding:
        return []
    ports = {ANY_PORT} if any("dport" not in line for line in forwarding) else set()
    for value in _PORTS.findall(rules):
        ports |= set(map(int, (_NUMBER if value[0] == "{" else _OF_A_LIST).findall(value)))
    for value in _ELEMENTS.findall(rules):
        ports |= set(map(int, _NUMBER.findall(value)))
    valid = sorted(port for port in ports - {SSH_PORT} if 0 < port < 2**16)
    return [Listener("tcp6", f":::{port}", PROGRAM) for port in valid[:LIMIT]]
