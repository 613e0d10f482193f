"""Locks a lab: one command at a time uses it, and the others wait."""

import fcntl
import os
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from dockerd_lab.errors import LAB_WAIT, LabBusy, os_errors_as_harness_errors
from dockerd_lab.progress import step

#: Seconds between two attempts to take the lock.
RETRY_EVERY = 0.2
#: A longer command line of the holder is shortened to this (characters).
_MAX_HOLDER = 120

#: The homes whose labs this process holds.
_HELD: set[Path] = set()


@contextmanager
def exclusive(home: Path, *, wait: float = LAB_WAIT) -> Iterator[None]:
    """Hold the lab of this home for one command; the lock ends with its process.

    Waits up to `wait` seconds for another command that holds it, and says for which; raises LabBusy
    where that is too short. A block inside another one of the same home does not wait: this process
    holds the lab already.
    """
    home = home.resolve()
    if home in _HELD:
        yield
        return
    with os_errors_as_harness_errors():
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "lock").open("a+", encoding="utf-8", errors="replace")
    with file as lock:
        _take(lock, time.monotonic() + wait)
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {' '.join(sys.argv)}")
        lock.flush()
        _HELD.add(home)
        try:
            yield
        finally:
            _HELD.remove(home)


def _take(lock: TextIO, deadline: float) -> None:
    """Take the lock before the deadline, in monotonic seconds; raise LabBusy if that fails."""
    while not _try(lock):
        holder = _holder(lock)
        if time.monotonic() >= deadline:
            raise _busy(holder)
        with step(f"waiting for the command that uses the lab of this project: {holder}"):
            # It may end, and another one that waits may be faster.
            while _holder(lock) == holder:
                time.sleep(RETRY_EVERY)
                if _try(lock):
                    return
                if time.monotonic() >= deadline:
                    raise _busy(holder)


def _busy(holder: str) -> LabBusy:
    return LabBusy(
        f"another command uses the lab of this project: {holder}",
        "run this one later, or let it wait longer: --wait SECONDS (in pytest --lab-wait SECONDS);"
        " another project has a lab of its own",
    )


def _try(lock: TextIO) -> bool:
    """Return whether the lock was free; it is this process's then."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: TextIO) -> str:
    """Return the command that holds the lock: `process 4711, dockerd-lab up`."""
    lock.seek(0)
    holder = textwrap.shorten(lock.read(), _MAX_HOLDER, placeholder=" …")
    return holder or "a process that did not name itself yet"
