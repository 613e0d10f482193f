"""Reads nginx's simplest guards: those by address, and those that let nothing but reads through."""

import ipaddress
import re

from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.lint.nftables import Chain, Rule, is_network

_ONLY_READS = re.compile(r"\(\$request_method !~ \"?\^\(GET\|HEAD\)\$\"?\)")
_REFUSAL = re.compile(r"4\d\d")


def read_addresses(server: Node) -> Chain | None:
    """Return the rules of `allow` and `deny`, the first of which counts; None if they are not read.

    There are no rules where there is no such directive: then everybody is let through.
    """
    chain = Chain(("inet", "nginx"), "allow and deny")
    nodes = [each for each in server.all() if each.name in ("allow", "deny")]
    if not nodes:
        return chain
    locations = server.own("location")
    blocks = [server, *(locations if len(locations) == 1 else ())]
    if not any(all(node in block.block for node in nodes) for block in blocks):
        return None
    if any(each.name in ("satisfy", "set_real_ip_from", "real_ip_header") for each in server.all()):
        return None
    if any("proxy_protocol" in each.value for each in server.own("listen")):
        return None
    for node in nodes:
        if node.value != "all" and not is_network(node.value):
            return None
        chain.rules.append(
            Rule(_condition(node.value), "accept" if node.name == "allow" else "reject")
        )
    return chain


def only_reads(server: Node) -> bool | None:
    """Return whether nothing but GET and HEAD is let through; None if that is not read."""
    conditions = [each for each in server.all() if each.name == "if"]
    if not conditions:
        return False
    (condition, *others) = conditions
    is_first = condition in server.block and not others
    returns = [each.value for each in condition.block if each.name == "return"]
    if not (is_first and _ONLY_READS.fullmatch(" ".join(condition.value.split()))):
        return None
    if len(condition.block) != 1 or not returns or not _REFUSAL.fullmatch(returns[0]):
        return None
    # A connection that is taken over carries anything after its first request.
    upgrades = any(
        each.name == "proxy_set_header" and each.first.lower() == "upgrade" for each in server.all()
    )
    return None if upgrades or len(server.own("location")) != 1 else True


def _condition(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if text == "all":
        return ()
    version = ipaddress.ip_network(text, strict=False).version
    return (("ip" if version == 4 else "ip6", (text,)),)  # noqa: PLR2004
