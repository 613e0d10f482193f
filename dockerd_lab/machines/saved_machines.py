"""Shares the machines' snapshot between all labs of a user that would boot the same machines.

A lab that has booted puts a copy of its files into the user's cache, by the key of all that they
are made of (see snapshot_record). Another lab begins with a copy of that one, on disks of its own.
Nothing of a user's configuration is in it: it is made before anything was applied.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockerd_lab.host import labs, namespaces
from dockerd_lab.machines import snapshot_record
from dockerd_lab.progress import step
from dockerd_lab.project import Project, user_cache

#: How many sets of saved machines are kept, of a bit over 1 GB each: those used last.
KEPT = 4
#: What they consist of, in a lab's directory.
PARTS = ("libvirt", "vagrant", "vagrant-home", "vagrant.json", "snapshot.json")
#: What libvirt has there for machines that run: sockets, and a key of each QEMU process.
_OF_RUNNING_MACHINES = "libvirt/lib/qemu"
#: Where Vagrant has absolute paths: of its project, and of its records.
_VAGRANTS = ("vagrant/machines/*/libvirt/vagrant_cwd", "vagrant-home/data/machine-index/index")


def saved() -> Path:
    """Return the directory of the saved machines, below which each set has one."""
    return user_cache() / "machines"


@contextmanager
def only_boot(key: str) -> Iterator[bool]:
    """Hold what only one lab of this key may do at a time: to boot its machines and to save them.

    Waits for another lab that does it; yields whether there was one.
    """
    saved().mkdir(parents=True, exist_ok=True)
    with (saved() / f"{key[:16]}.lock").open("a") as lock:
        waited = False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            with step("waiting for another lab that boots the same machines"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield waited


def save(directory: Path, key: str) -> None:
    """Copy the machines of a lab, which must be suspended, into the cache; some others may go.

    `directory` is the lab's. Raises HarnessError or OSError where that fails.
    """
    target = _directory(key)
    part = target.with_suffix(".part")
    with _locked():
        namespaces.remove(part)
        part.mkdir(mode=0o700)
        _copy(directory, part)
        namespaces.remove(part / _OF_RUNNING_MACHINES)
        namespaces.remove(target)
        part.rename(target)
        for old in sorted(_sets(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            namespaces.remove(old)


def fetch(directory: Path, key: str, project: Project) -> bool:
    """Copy saved machines into the directory of a lab that does not run; return whether there are.

    What the directory had of an earlier lab is removed then.
    """
    source = _directory(key)
    with _locked():
        if not (facts := snapshot_record.read(source)):
            return False
        labs.clear(directory)
        directory.mkdir(parents=True, exist_ok=True)
        _copy(source, directory)
        os.utime(source)
    places = snapshot_record.places_of(directory, project)
    there = {path: places[kind] for kind, path in facts["places"].items()}
    # The one may lie in the other.
    path = re.compile("|".join(re.escape(path) for path in sorted(there, key=len, reverse=True)))
    for file in (file for pattern in _VAGRANTS for file in directory.glob(pattern)):
        file.write_text(path.sub(lambda match: there[match[0]], file.read_text()))
    snapshot_record.write_facts(directory, {**facts, "places": places})
    return True


def forget_copy(directory: Path) -> None:
    """Remove the disks of a lab that has ended, if the cache has what they were copied from."""
    key = snapshot_record.read(directory).get("key")
    if key and snapshot_record.read(_directory(key)):
        (directory / "snapshot.json").unlink()
        namespaces.remove(directory / "libvirt/lib/images")


def _directory(key: str) -> Path:
    return saved() / key[:16]


def _sets() -> list[Path]:
    return [path.parent for path in saved().glob("*/snapshot.json")]


def _copy(source: Path, target: Path) -> None:
    namespaces.copy([source / part for part in PARTS if (source / part).exists()], target)


@contextmanager
def _locked() -> Iterator[None]:
    """Hold the cache: what is being copied from it does not go meanwhile."""
    saved().mkdir(parents=True, exist_ok=True)
    with (saved() / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
