"""Chooses the user that QEMU runs as in a lab: an id that nobody has on this computer.

A guest that breaks out of QEMU has what this user has: the disks of its lab, and what every user of
the computer may read.
"""

import grp
import os
import pwd
import re
import subprocess
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from dockerd_lab.errors import HarnessError

#: Ids that no list gives to anybody: neither Debian's, nor systemd's, which has what containers
#: and user namespaces take.
UNUSED = range(0x7000_0000, 0x7FFF_0000)
#: How many ids at the end of a range are considered, where none of those are mapped.
LAST = 4096
#: The ids that stand for "nobody" and, in 16 bits, for "no id".
SPECIAL = range(65534, 65536)


def choose(directory: Path, *, ordinary: bool) -> int:
    """Return an id, of a user and a group, for the lab in this directory; each lab has its own.

    In an `ordinary` user's namespace all ids but root's are subordinate ids of that user.
    Raises HarnessError where no id is left.
    """
    uid_map, gid_map = (Path(f"/proc/self/{kind}_map").read_text() for kind in ("uid", "gid"))
    return pick(str(directory), uid_map, gid_map, () if ordinary else _taken())


def pick(name: str, uid_map: str, gid_map: str, taken: Iterable[range]) -> int:
    """Return an id that is in both maps (in the format of /proc/PID/uid_map) and that is free."""
    excluded = [range(1), SPECIAL, *taken]
    for extent in reversed(_common(uid_map, gid_map)):
        unused = _overlap(extent, UNUSED) or extent[-LAST:]
        first = zlib.crc32(name.encode()) % len(unused)
        for at in range(len(unused)):
            candidate = unused[(first + at) % len(unused)]
            if not any(candidate in ids for ids in excluded):
                return candidate
    raise HarnessError("no user id is left that QEMU could run as", "see /etc/subuid, /etc/subgid")


def configured(directory: Path) -> int | None:
    """Return the id, inside the lab, that QEMU runs as in a lab started in this directory."""
    try:
        text = (directory / "libvirt/etc/qemu.conf").read_text()
    except OSError:
        return None
    match = re.search(r'^user = "\+(\d+)"$', text, re.MULTILINE)
    return int(match[1]) if match else None


def can_open(user: int, device: Path, groups: Sequence[int] | None) -> bool:
    """Return whether a user may read and write a device, in these groups; None: this process's.

    Must be called by root.
    """
    result = subprocess.run(
        ["test", "-r", device, "-a", "-w", device],
        stdin=subprocess.DEVNULL,
        user=user,
        group=user,
        extra_groups=groups,
        cwd="/",
        check=False,
    )
    return result.returncode == 0


def _common(uid_map: str, gid_map: str) -> list[range]:
    """Return the ranges of ids that are in both maps, in ascending order."""
    users, groups = _extents(uid_map), _extents(gid_map)
    both = (_overlap(user, group) for user in users for group in groups)
    return sorted((ids for ids in both if ids), key=lambda ids: ids.start)


def _extents(id_map: str) -> list[range]:
    lines = (line.split() for line in id_map.splitlines())
    return [range(int(first), int(first) + int(count)) for first, _, count in lines]


def _overlap(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))


def _taken() -> list[range]:
    """Return the ids of this computer's users and groups, and their subordinate ids."""
    ids = {entry.pw_uid for entry in pwd.getpwall()} | {entry.gr_gid for entry in grp.getgrall()}
    ids |= {os.getuid(), os.getgid()}
    ranges = [range(number, number + 1) for number in ids]
    for file in (Path("/etc/subuid"), Path("/etc/subgid")):
        text = file.read_text(errors="replace") if file.exists() else ""
        for first, count in re.findall(r"^[^:#\n]+:(\d+):(\d+)\s*$", text, re.MULTILINE):
            ranges.append(range(int(first), int(first) + int(count)))
    return ranges
