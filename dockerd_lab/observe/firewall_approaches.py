"""Finds from where, and how, a firewall may let somebody in whom it refuses at first.

Its rules tell: a rule may look at the source port, which everybody chooses; at addresses that are
kept out, beside which there are others; at the flags of a first segment, which differ with ECN; or
at the first header of an IPv6 packet, before which an option may stand.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable
from itertools import islice

from dockerd_lab.observe.firewall_rules import SSH_PORT, Rule

#: How many source ports are tried.
LIMIT = 4
#: What follows a target of the probe's (provision/reach.py).
WITH_ECN = "with ECN"
WITH_OPTION = "with an IPv6 option"

_SOURCE_PORTS = re.compile(r"\bsports? (?:!= |! )?(\{[^}]*\}|\S+)")
_NUMBER = re.compile(r"\d{1,5}")
_FLAGS = re.compile(r"\btcp flags\b|--tcp-flags\b|--syn\b")
_NEXT_HEADER = re.compile(r"\bip6 nexthdr\b|-m ipv6header\b")
_NETWORK = re.compile(r"(?<![\w.])\d+\.\d+\.\d+\.\d+(?:/\d+|-\d+\.\d+\.\d+\.\d+)?(?![\w.])")


def approaches(
    rules: Iterable[Rule], elements: str, network: str, stranger: str, others: Collection[str]
) -> list[str]:
    """Return what may follow a target: `from ADDRESS`, `from port N`, WITH_ECN, WITH_OPTION.

    - `elements` is text with more addresses of the rules: those of sets.
    - `network` is that of the lab, `stranger` the address of who tries, and `others` are those of
      the other machines.

    >>> approaches([Rule("th sport 53 accept", "a", "input")], "", "192.0.2.0/24", "192.0.2.2", [])
    ['from port 53']
    """
    texts = [rule.text for rule in rules if rule.hook != "output"]
    ports = dict.fromkeys(
        number
        for text in texts
        for value in _SOURCE_PORTS.findall(text)
        for number in _NUMBER.findall(value)
        if int(number) != SSH_PORT
    )
    found = [f"from port {port}" for port in list(ports)[:LIMIT]]
    free = _address_without_rule([*texts, elements], network, stranger, others)
    found += [f"from {address}" for address in free]
    if any(_FLAGS.search(text) for text in texts):
        found.append(WITH_ECN)
    if any(_NEXT_HEADER.search(text) for text in texts):
        found.append(WITH_OPTION)
    return found


def _address_without_rule(
    texts: Iterable[str], network: str, stranger: str, others: Collection[str]
) -> list[str]:
    """Return a free address of the lab that no rule names, if they name others there.

    A list of addresses that are kept out lets it in; one of addresses that are let in does not.
    """
    lab = ipaddress.IPv4Network(network)
    own = int(ipaddress.IPv4Address(stranger))
    machines = {int(ipaddress.IPv4Address(each)) for each in others}
    bounds = {found for text in texts for found in map(_bounds, _NETWORK.findall(text)) if found}
    named = [(low, high) for low, high in bounds if not (low == high and low in machines)]
    if not any(high >= int(lab[0]) and low <= int(lab[-1]) for low, high in named):
        return []
    # The first address is the computer's own: the harness reaches the machines from it.
    free = (int(host) for host in islice(lab.hosts(), 1, None) if int(host) not in {own, *machines})
    unnamed = (host for host in free if not any(low <= host <= high for low, high in named))
    return [str(ipaddress.IPv4Address(host)) for host in islice(unnamed, 1)]


def _bounds(text: str) -> tuple[int, int] | None:
    """Return the first and the last address of a network or a range; None for neither."""
    try:
        if "-" in text:
            low, high = text.split("-")
            return int(ipaddress.IPv4Address(low)), int(ipaddress.IPv4Address(high))
        found = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return None
    return int(found[0]), int(found[-1])
