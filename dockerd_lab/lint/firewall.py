"""Reads the rules of the firewalls in an input, as far as all of them are known."""

from collections.abc import Callable

from dockerd_lab.config.not_read import NotRead
from dockerd_lab.config.paths import IP6TABLES, IPTABLES, NFTABLES
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.iptables import read_chain
from dockerd_lab.lint.nftables import read_chains
from dockerd_lab.lint.notes import CLOSES, OPENS, Notes
from dockerd_lab.lint.packets import Chain

#: Of each file, how its rules are read, and what loads them.
_READERS: dict[str, tuple[Callable[[str], list[Chain]], str]] = {
    NFTABLES: (read_chains, "systemctl enable --now nftables"),
    IPTABLES: (lambda text: [read_chain(text, "ip")], "the package iptables-persistent"),
    IP6TABLES: (lambda text: [read_chain(text, "ip6")], "the package iptables-persistent"),
}


def read_firewall(inputs: Input, notes: Notes) -> list[Chain]:
    """Return the chains that filter packets to the machine; note what is assumed, or not known."""
    chains: list[Chain] = []
    for file, (read, loaded_by) in _READERS.items():
        if file not in inputs.origins:
            continue
        notes.assume(f"{file} is loaded: {loaded_by}")
        try:
            chains += read(inputs.texts[file])
        except (NotRead, KeyError) as error:
            reason = f"rules of the firewall, at `{error.args[0] if error.args else error}`"
            notes.doubt(reason, Place(file), OPENS, CLOSES)
    return chains
