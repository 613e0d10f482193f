"""Reads the rules of `daemon`'s firewall, as nft and iptables-save list them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dockerd_lab.config import firewall_tree
from dockerd_lab.config.firewall_tree import Statement
from dockerd_lab.machines.remote_command import RemoteCommand

#: Prints the rules of nftables, and those of iptables with either backend. The tables of the older
#: one are only listed if they are there: listing them would make them.
COMMAND = RemoteCommand(
    "{ nft list ruleset; for each in iptables ip6tables; do $each-nft-save;"
    " [ ! -s /proc/net/${each%tables}_tables_names ] || $each-legacy-save; done; }"
    " 2>/dev/null || true"
)

#: The port of the harness's own way in, which it keeps open in every chain.
SSH_PORT = 22

#: A rule that nft cannot show in its own words.
_OF_IPTABLES = re.compile(r"\bxt (match|target) ")
_HOOKS_OF_IPTABLES = {
    name.upper(): name for name in ("input", "prerouting", "output", "forward", "postrouting")
}


@dataclass(frozen=True)
class Rule:
    """One rule, as nft or iptables-save prints it."""

    text: str
    chain: str
    hook: str
    """The hook of its chain in nft's words; empty for a chain to which others jump."""


def parse(output: str) -> list[Rule]:
    """Return the rules in the output of COMMAND, without the chains that Docker makes.

    Rules of iptables that nft cannot show in its own words are left out there: iptables-save has
    them, too.

    >>> parse("-A INPUT -p tcp -m tcp --dport 2375 -j DROP")
    [Rule(text='-p tcp -m tcp --dport 2375 -j DROP', chain='INPUT', hook='input')]
    """
    rules = (rule for statement in firewall_tree.parse(output) for rule in _rules(statement))
    return [rule for rule in rules if not rule.chain.startswith("DOCKER")]


def _rules(statement: Statement) -> Iterator[Rule]:
    match statement.words:
        case ["-A", chain, *words]:
            yield Rule(" ".join(words), chain, _HOOKS_OF_IPTABLES.get(chain, ""))
        case ["table", *_]:
            for each in statement.block or ():
                if each.words[0] == "chain":
                    yield from _rules_of_chain(each.words[1], each.block or ())


def _rules_of_chain(chain: str, statements: Sequence[Statement]) -> Iterator[Rule]:
    hook = ""
    for each in statements:
        match each.words:
            case ["type", _, "hook", name, *_]:
                hook = name
            case [first, *_] if first != "policy" and not _OF_IPTABLES.search(each.text):
                yield Rule(each.text, chain, hook)
