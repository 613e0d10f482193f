"""Reads the rules of `daemon`'s firewall, as nft and iptables-save list them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

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

_TABLE = re.compile(r"\s*table \w+ (\S+) \{")
_CHAIN = re.compile(r"\s*chain (\S+) \{")
_HOOK = re.compile(r"\btype \w+ hook (\w+)\b")
#: The other blocks of a table.
_BLOCK = re.compile(r"\s*(set|map|flowtable|ct \w+|counter|quota|limit) \S+ \{")
#: A line in a chain that is a rule in nft's own words.
_NFT_RULE = re.compile(r"(?![#*:]|COMMIT|policy )(?!.*\bxt (match|target) )\S")
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
    return [rule for rule in _rules(output) if not rule.chain.startswith("DOCKER")]


def _rules(output: str) -> Iterator[Rule]:
    chain = hook = ""
    in_block = False
    for raw in output.splitlines():
        line = raw.strip()
        if line.startswith("-A "):
            _, chain, text = (line + "  ").split(" ", 2)
            yield Rule(text.strip(), chain, _HOOKS_OF_IPTABLES.get(chain, ""))
        elif match := _CHAIN.match(raw):
            chain, hook = match[1], ""
        elif _TABLE.match(raw):
            chain = ""
        elif _BLOCK.match(raw):
            in_block = True
        elif line == "}":
            if not in_block:
                chain = ""
            in_block = False
        elif match := _HOOK.search(line):
            hook = match[1]
        elif chain and not in_block and _NFT_RULE.match(line):
            yield Rule(line, chain, hook)
