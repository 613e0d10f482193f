"""Finds files of the input that look as if they kept others out, and that nothing reads."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from dockerd_lab.config.paths import FIREWALLS
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.verdict import NoEffect

#: The files of libwrap, with which dockerd is not linked: `ldd` of it names no libwrap.
_LIBWRAP = ("/etc/hosts.allow", "/etc/hosts.deny")
#: The first words of a file for nft, or for iptables-restore.
_RULES = re.compile(r"^\s*(table\s+(inet|ip6?|arp|bridge)\s|\*filter\b)", re.MULTILINE)


def find_no_protection(inputs: Input, scripts: Collection[str]) -> Iterator[NoEffect]:
    """Yield an entry for each such file; `scripts` are the user's, which may load rules."""
    for file in inputs.origins:
        if file in _LIBWRAP:
            message = "dockerd does not read it: whom it denies is not kept out"
            fix = "Let clients need a certificate (--tlsverify), or let a firewall keep others out."
        elif _is_unloaded_firewall(file, inputs, scripts):
            message = "nothing on the machine loads these rules"
            fix = f'Move them to /etc/nftables.conf, or add to that: include "{file}"'
        else:
            continue
        where = inputs.user_path(Place(file))
        yield NoEffect(setting=PurePosixPath(file).name, message=message, fix=fix, where=where)


def _is_unloaded_firewall(file: str, inputs: Input, scripts: Collection[str]) -> bool:
    """Return whether a file has rules of a firewall, and neither a file nor a script names it.

    It may be named by its directory and a pattern, such as `/etc/nftables.d/*.nft`.
    """
    if file in FIREWALLS or inputs.complete or not _RULES.search(inputs.texts.get(file, "")):
        return False
    others = [text for other, text in inputs.texts.items() if other != file]
    pattern = f"{PurePosixPath(file).parent}/*"
    return not any(file in text or pattern in text for text in (*others, *scripts))
