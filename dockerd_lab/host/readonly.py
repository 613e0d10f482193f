"""Runs a program for which all file systems of this computer but the lab's are read-only.

    python -m dockerd_lab.host.readonly PROGRAM [ARGUMENT…]

libvirtd gives what a disk names as its backing file to QEMU's user. A guest that broke out of QEMU
may have written that name: it could be any file of this computer, were it not read-only.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

from dockerd_lab.host.namespaces import PRIVATE_DIRECTORIES

#: What stays writable: the lab's own mounts, and the settings of its own network.
WRITABLE = ("/run", *PRIVATE_DIRECTORIES, "/proc/sys/net")

#: linux/mount.h, linux/fcntl.h, and the number of mount_setattr(2), the same on all architectures.
MOUNT_ATTR_RDONLY, AT_FDCWD, AT_RECURSIVE, MOUNT_SETATTR = 0x1, -100, 0x8000, 442


def main() -> int:
    """Make the mounts read-only in a mount namespace of this process's own, and run the program."""
    try:
        if not Path("/proc/sys/net").is_mount():
            subprocess.run(["mount", "--bind", "/proc/sys/net", "/proc/sys/net"], check=True)
        _set_attributes("/", AT_RECURSIVE, on=MOUNT_ATTR_RDONLY)
        for place in WRITABLE:
            _set_attributes(place, 0, off=MOUNT_ATTR_RDONLY)
        os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  (no shell is wanted)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no read-only file systems for {sys.argv[1]}: {error}", file=sys.stderr)
    return 1


def _set_attributes(path: str, flags: int, *, on: int = 0, off: int = 0) -> None:
    """Set and clear attributes of a mount; raise OSError if the kernel (before 5.12) cannot."""
    # struct mount_attr: attr_set, attr_clr, propagation, userns_fd, of 64 bits each.
    attributes = (ctypes.c_uint64 * 4)(on, off, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    size = ctypes.sizeof(attributes)
    target = path.encode()
    if libc.syscall(MOUNT_SETATTR, AT_FDCWD, target, flags, ctypes.byref(attributes), size) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


if __name__ == "__main__":
    sys.exit(main())
