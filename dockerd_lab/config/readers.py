"""Knows which program reads a file of configuration, by the file's path, and whether at a boot."""

from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from dockerd_lab.config.paths import IP6TABLES, IPTABLES, NFTABLES
from dockerd_lab.config.proxy_table import PROXIES
from dockerd_lab.config.units import SHARED_DROP_INS


@dataclass(frozen=True)
class Reader:
    """A program that reads a file."""

    name: str
    at_boot: bool = False
    """Whether it reads the file when the machine boots, and not before."""


#: The programs of a boot, by patterns of their files. One that ends in / is a directory.
_AT_BOOT = {
    # The units that run already have such drop-ins only after a boot.
    "systemd": ("*/systemd/system-generators/*", *SHARED_DROP_INS),
    "rc-local.service": ("/etc/rc.local",),
    "systemd-sysv-generator": ("/etc/init.d/*", "/etc/rc?.d/*"),
    "systemd-fstab-generator": ("/etc/fstab",),
    "systemd-tmpfiles": ("*/tmpfiles.d/*.conf",),
    "systemd-sysctl": ("/etc/sysctl.conf", "*/sysctl.d/*.conf"),
    "systemd-modules-load": ("/etc/modules", "*/modules-load.d/*.conf"),
    "modprobe": ("*/modprobe.d/*.conf",),
    "systemd-binfmt": ("*/binfmt.d/*.conf",),
    "systemd-sysusers": ("*/sysusers.d/*.conf",),
    "udev": ("*/udev/rules.d/*.rules",),
    "apparmor.service": ("/etc/apparmor.d/",),
    "a service of systemd's": ("/etc/systemd/*.conf", "/etc/systemd/*.conf.d/*.conf"),
}
#: The other programs that the lab's machines have.
_OTHERS = {
    "dockerd": ("/etc/docker/",),
    "docker.service": ("/etc/default/docker",),
    "containerd": ("/etc/containerd/",),
    "nft": (NFTABLES,),
    "iptables-restore": (IPTABLES,),
    "ip6tables-restore": (IP6TABLES,),
}
_READERS = {
    pattern: Reader(name, at_boot)
    for programs, at_boot in ((_AT_BOOT, True), (_OTHERS, False))
    for name, patterns in programs.items()
    for pattern in patterns
} | {
    pattern.removesuffix("*"): Reader(proxy.name, proxy.at_boot)
    for proxy in PROXIES
    for pattern in proxy.files
}


@cache
def reader_of(path: str) -> Reader | None:
    """Return the program that reads a file; None if that is not known.

    >>> reader_of("/etc/udev/rules.d/9-x.rules")
    Reader(name='udev', at_boot=True)
    """
    return next((reader for pattern, reader in _READERS.items() if _matches(path, pattern)), None)


def boot_patterns() -> tuple[str, ...]:
    """Return the patterns of the files that programs of a boot read, as fnmatch and find have them.

    What mounts disks is left out: a boot is made with the lab's own.
    """
    patterns = (pattern for pattern, reader in _READERS.items() if reader.at_boot)
    return tuple(f"{p}*" if p.endswith("/") else p for p in patterns if p != "/etc/fstab")


def _matches(path: str, pattern: str) -> bool:
    # A relative pattern matches the end of a path.
    pattern = pattern.removeprefix("*/")
    return path.startswith(pattern) if pattern.endswith("/") else PurePosixPath(path).match(pattern)
