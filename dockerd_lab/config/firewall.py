"""Reads rules of nftables and iptables as far as they name a network card."""

import re
from collections.abc import Mapping

from dockerd_lab.config.paths import FIREWALLS

#: A network card in rules, by the names that Linux gives cards.
_CARD = re.compile(r"(?:[io]if(?:name)?|-[io])\s+[\"']?(eth\d+|en[opsx]\w+|em\d+)\b")


def network_card(texts: Mapping[str, str]) -> str | None:
    """The one network card that the rules of a firewall name; None where it is not one."""
    rules = (re.sub("#.*", "", texts[file]) for file in FIREWALLS if file in texts)
    cards = {name for text in rules for name in _CARD.findall(text)}
    return cards.pop() if len(cards) == 1 else None
