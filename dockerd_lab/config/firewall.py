"""Finds the network interface that rules of nftables and iptables name."""

import re
from collections.abc import Mapping

from dockerd_lab.config.paths import FIREWALLS

#: A network card in a rule, with a name that Linux gives to interfaces.
_INTERFACE = re.compile(r"(?:[io]if(?:name)?|-[io])\s+[\"']?(eth\d+|en[opsx]\w+|em\d+)\b")


def firewall_interface(texts: Mapping[str, str]) -> str | None:
    """Return the network interface that firewall rules name; None unless they name exactly one."""
    rules = (re.sub("#.*", "", texts[file]) for file in FIREWALLS if file in texts)
    interfaces = {name for text in rules for name in _INTERFACE.findall(text)}
    return interfaces.pop() if len(interfaces) == 1 else None
