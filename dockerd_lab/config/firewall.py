"""Finds the network card that rules of nftables and iptables name."""

import re
from collections.abc import Mapping

from dockerd_lab.config.paths import FIREWALLS

#: A network card in a rule, with a name that Linux gives to cards.
_CARD = re.compile(r"(?:[io]if(?:name)?|-[io])\s+[\"']?(eth\d+|en[opsx]\w+|em\d+)\b")


def network_card(texts: Mapping[str, str]) -> str | None:
    """Return the network card that the firewall's rules name; None unless it is exactly one."""
    rules = (re.sub("#.*", "", texts[file]) for file in FIREWALLS if file in texts)
    cards = {name for text in rules for name in _CARD.findall(text)}
    return cards.pop() if len(cards) == 1 else None
