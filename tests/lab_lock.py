"""A lab that another command holds, for tests of the commands that need it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def taken(home: Path) -> Iterator[None]:
    """Hold the lab of this home, as another process does: with a file of its own."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("process 1, up")
        lock.flush()
        yield


def is_taken(home: Path) -> bool:
    """Whether somebody holds the lab of this home, this process included."""
    with (home / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
