"""Builds commands that run in namespaces of their own, for root or an ordinary user."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from dockerd_lab.host.command import run

#: What an ordinary user adds: root in a user namespace is the user, and all other ids are those
#: that /etc/subuid and /etc/subgid give the user. `--map-auto` came with util-linux 2.38.
USER = ("--user", "--map-root-user", "--map-auto")

#: Set in the environment of the lab's first process when it is an ordinary user's.
IN_USER_NAMESPACE = "LAB_IN_USER_NAMESPACE"
#: Where libvirt keeps its files on any computer, and what the lab mounts there instead.
PRIVATE_DIRECTORIES = {
    "/etc/libvirt": "etc",
    "/var/lib/libvirt": "lib",
    "/var/cache/libvirt": "cache",
    "/var/log/libvirt": "log",
}


def is_root() -> bool:
    """Return whether this process is root and needs no user namespace."""
    return os.geteuid() == 0


def unshare(*more: str) -> list[str]:
    """Return the beginning of a command that runs in mount and process namespaces of its own.

    All of it ends with the process that `unshare` starts.

    >>> unshare("--net")
    ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--net', '--']
    """
    user = () if is_root() else USER
    own = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    return ["unshare", *user, *own, *more, "--"]


def remove(path: Path) -> None:
    """Remove a file or directory that something in the namespaces may have written.

    An ordinary user does not own what another id of the namespace wrote; its root may remove it.
    """
    if is_root() and path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_dir() and not path.is_symlink():
        argv = ["unshare", *USER, "--", "rm", "-rf", "--", str(path)]
        run(argv, what=f"removing {path}", timeout=120)
    else:
        path.unlink(missing_ok=True)


def copy(sources: Iterable[Path], directory: Path) -> None:
    """Copy files and directories into a directory, with their owners, of the namespaces too."""
    enter = () if is_root() else ("unshare", *USER, "--")
    options = ("--archive", "--sparse=always", "--reflink=auto", "--target-directory")
    argv = [*enter, "cp", *options, str(directory), "--", *map(str, sources)]
    run(argv, what=f"copying to {directory}", timeout=120)
