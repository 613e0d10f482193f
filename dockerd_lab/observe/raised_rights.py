"""Observes what runs on `daemon` with other rights than those of whoever makes it run.

New programs that are setuid or setgid, or have capabilities (capabilities(7)); new pipes that
everybody may write; and the program that the kernel runs when another one crashes (core(5)).
"""

from dataclasses import dataclass

from dockerd_lab.errors import HarnessError
from dockerd_lab.machine_paths import APPLY_STAMP
from dockerd_lab.machines.remote_command import RemoteCommand

#: Prints a line for each; the last one says that all of it ran. Directories with many files of
#: packages' own, where root runs none and no setting names one, are left out: each file takes time.
#: A capability is in an attribute of the file, as struct vfs_ns_cap_data of linux/capability.h.
_SCRIPT = rf"""
new=$(mktemp)
find / /dev/mqueue $(findmnt -nro TARGET --types tmpfs,ext4 | grep -vx /) -xdev \
    '(' -path /proc -o -path /sys -o -path /var/lib/docker -o -path /var/lib/dpkg \
    -o -path /usr/lib/modules -o -path /usr/share -o -path '/usr/lib/python3*' ')' -prune \
    -o -cnewer {APPLY_STAMP} '(' -type p -perm -0002 -printf 'pipe %p\0' \
    -o -type f -perm /6000 -perm /0011 -printf 'setuid %p\0' \
    -o -type f -perm /0111 -printf 'program %p\0' ')' 2>/dev/null | sort -uz >"$new"
[ ! -s "$new" ] || python3 -c '
import os, struct, sys
for entry in filter(None, sys.stdin.buffer.read().split(b"\0")):
    kind, _, path = entry.partition(b" ")
    path = os.fsdecode(path)
    if kind != b"program":
        print(kind.decode(), ascii(path)[1:-1])
        continue
    try:
        data = os.getxattr(path, "security.capability")
    except OSError:
        continue
    low, _, high = struct.unpack("<3I", (data[4:] + bytes(12))[:12])
    print("capabilities", hex(low | high << 32), ascii(path)[1:-1])
' <"$new"
rm "$new"
sed -n 's/^|/crash /p' /proc/sys/kernel/core_pattern
echo end
"""
COMMAND = RemoteCommand(_SCRIPT)
#: Numbers of the capabilities that make root of whoever has them, or let one be it.
_OF_ROOT = {
    **{0: "cap_chown", 1: "cap_dac_override", 2: "cap_dac_read_search", 3: "cap_fowner"},
    **{6: "cap_setgid", 7: "cap_setuid", 8: "cap_setpcap", 16: "cap_sys_module"},
    **{17: "cap_sys_rawio", 18: "cap_sys_chroot", 19: "cap_sys_ptrace", 21: "cap_sys_admin"},
    **{27: "cap_mknod", 31: "cap_setfcap", 39: "cap_bpf"},
}


@dataclass(frozen=True)
class RaisedRights:
    """What runs with other rights than those of whoever makes it run."""

    setuid: tuple[str, ...] = ()
    """New programs that are setuid or setgid."""
    capabilities: tuple[tuple[str, str], ...] = ()
    """New programs with capabilities that make root, each with their names."""
    pipes: tuple[str, ...] = ()
    """New pipes that everybody may write."""
    crash_program: str = ""
    """The command line that the kernel runs as root when a program crashes."""


def parse(output: str) -> RaisedRights:
    r"""Return what COMMAND has printed; raises HarnessError if it ended early.

    >>> parse("setuid /opt/a\ncapabilities 0x480 /opt/b\ncrash /opt/c %p\nend\n").capabilities
    (('/opt/b', 'cap_setuid'),)
    """
    *lines, end = output.splitlines() or [""]
    if end != "end":
        raise HarnessError(f"asking daemon for programs with other rights: {output!r:.200}")
    words: dict[str, list[str]] = {"setuid": [], "capabilities": [], "pipe": [], "crash": []}
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind not in words:
            raise HarnessError(f"asking daemon for programs with other rights: {line!r:.200}")
        words[kind].append(rest)
    capabilities = []
    for entry in words["capabilities"]:
        number, _, path = entry.partition(" ")
        names = [name for bit, name in _OF_ROOT.items() if int(number, 16) >> bit & 1]
        if names:
            capabilities.append((path, ", ".join(names)))
    crash = next(iter(words["crash"]), "")
    return RaisedRights(tuple(words["setuid"]), tuple(capabilities), tuple(words["pipe"]), crash)
