"""Finds files of the input that look as if they protected the daemon, and that nothing reads."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from dockerd_lab.config.paths import FIREWALLS
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect

#: The files of libwrap and of PAM: dockerd is linked with neither, as `ldd` of it shows.
_OTHER_PROGRAMS = ("/etc/hosts.allow", "/etc/hosts.deny", "/etc/security/access.conf")
#: The first words of a line for nft or iptables-restore, or of a command of a script.
_RULES = re.compile(
    r"^\s*("
    r"((add|create)\s+)?(table|chain|rule)\s+(inet|ip6?|arp|bridge|netdev)\s"
    r"|\*(filter|nat|mangle|raw)\b"
    r"|(sudo\s+)?(/usr/sbin/|/sbin/)?(ip6?tables|nft)\s+(-[AINPt]|--append|--insert|add|-f)\b"
    r")",
    re.MULTILINE,
)
#: What a boot, a network card or the clock runs or reads.
_RUN = re.compile(r"/etc/(rc\.local|rc.\.d/|init\.d/|network|cron|ufw/|firewalld/|.*dispatcher)")
_UFW = ("/etc/ufw/", "/etc/default/ufw")
_UFW_IS_OFF = re.compile(r"^\s*ENABLED=[\"']?no\b", re.MULTILINE)


def find_ineffective_protection(inputs: Input, scripts: Collection[str]) -> Iterator[NoEffect]:
    """Yield an entry for each such file; `scripts` are the user's, which may load rules."""
    for file in inputs.origins:
        if file in _OTHER_PROGRAMS:
            message = "dockerd does not read it: whom it denies is not kept out"
            fix = "Let clients need a certificate (--tlsverify), or let a firewall keep others out."
        elif file.startswith(_UFW) and ufw_is_off(inputs, scripts):
            message = "ufw is off (ENABLED=no in ufw.conf): nobody is kept out by its rules"
            fix = "ufw enable, or ENABLED=yes."
        elif _is_unloaded_firewall(file, inputs, scripts):
            message = "nothing on the machine loads these rules"
            fix = f'Move them to /etc/nftables.conf, or add to that: include "{file}"'
        else:
            continue
        yield no_effect(inputs, PurePosixPath(file).name, message, fix, Place(file))


def ufw_is_off(inputs: Input, scripts: Collection[str]) -> bool:
    """Return whether the input says that ufw is off, and no script turns it on."""
    is_off = _UFW_IS_OFF.search(inputs.texts.get("/etc/ufw/ufw.conf", "")) is not None
    return is_off and not any(re.search(r"\bufw\b.*\benable", script) for script in scripts)


def _is_unloaded_firewall(file: str, inputs: Input, scripts: Collection[str]) -> bool:
    """Return whether a file has rules of a firewall, and neither a file nor a script names it.

    It may be named by its directory and a pattern, such as `/etc/nftables.d/*.nft`.
    """
    if file in FIREWALLS or inputs.complete or not _RULES.search(inputs.texts.get(file, "")):
        return False
    if _RUN.match(file) or "/systemd/" in file:
        return False
    others = [text for other, text in inputs.texts.items() if other != file]
    pattern = f"{PurePosixPath(file).parent}/*"
    return not any(file in text or pattern in text for text in (*others, *scripts))
