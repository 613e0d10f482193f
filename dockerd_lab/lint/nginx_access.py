"""Reads nginx's simplest guards: those by address, and those that let nothing but reads through."""

import ipaddress
import re
from collections.abc import Sequence

from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.lint.packets import Chain, Rule, is_network

_ONLY_READS = re.compile(r"\(\$request_method !~ \^\(GET\|HEAD\)\$\)")
_REFUSAL = re.compile(r"4\d\d")
_READS = {"GET", "HEAD"}
#: Directives by which a client's address is another one's.
_EVERYBODY = "0.0.0.0/0"
_TOLD_ADDRESS = ("set_real_ip_from", "real_ip_header", "real_ip_recursive")


def read_addresses(nodes: Sequence[Node], blocks: Sequence[Node]) -> Chain | None:
    """Return the rules of `allow` and `deny`, the first of which counts; None if they are not read.

    There are no rules where there is no such directive: then everybody is let through. `blocks` are
    those around what they guard, `http` and the server first.
    """
    chain = Chain(("inet", "nginx"), "allow and deny")
    if not nodes:
        return chain
    trusted = [each.value for block in blocks for each in block.own("set_real_ip_from")]
    if _EVERYBODY in trusted:
        return chain  # whoever asks says from where
    if any(block.own(*_TOLD_ADDRESS) for block in blocks):
        return None
    if any("proxy_protocol" in each.value for each in blocks[1].own("listen")):
        return None
    for node in nodes:
        if node.value != "all" and not is_network(node.value):
            return None
        chain.rules.append(
            Rule(_condition(node.value), "accept" if node.name == "allow" else "reject")
        )
    return chain


def lets_only_reads(blocks: Sequence[Node]) -> bool | None:
    """Return whether nothing but GET and HEAD is let through; None if that is not read."""
    conditions = [node for block in blocks[1:] for node in block.own("if", "limit_except")]
    if not conditions:
        return False
    if not all(map(refuses_writes, conditions)):
        return None
    # A connection that is taken over carries anything after its first request.
    headers = [node for block in blocks for node in block.own("proxy_set_header")]
    return None if any(each.first.lower() == "upgrade" for each in headers) else True


def refuses_writes(condition: Node) -> bool:
    """Return whether an `if` or a `limit_except` refuses whatever is no GET and no HEAD."""
    if condition.name == "limit_except":
        return {*condition.arguments} <= _READS and refuses_rest(condition)
    return is_refusal(condition) and _ONLY_READS.fullmatch(condition_of(condition)) is not None


def refuses_rest(exception: Node) -> bool:
    """Return whether a `limit_except` refuses all methods but those that it names."""
    return [(each.name, each.value) for each in exception.block] == [("deny", "all")]


def is_refusal(condition: Node) -> bool:
    """Return whether all that an `if` does is to refuse a request."""
    (first, *others) = condition.block or (condition,)
    return first.name == "return" and not others and _REFUSAL.fullmatch(first.value) is not None


def condition_of(node: Node) -> str:
    """Return the condition of an `if`, without quotes."""
    return re.sub(r" \)$", ")", " ".join(node.value.split()))


def _condition(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if text == "all":
        return ()
    version = ipaddress.ip_network(text, strict=False).version
    return (("ip" if version == 4 else "ip6", (text,)),)  # noqa: PLR2004
