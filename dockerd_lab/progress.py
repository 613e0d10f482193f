"""Prints the progress of long work, with the seconds it takes."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Seconds after which a step that is still going on says so again.
STILL_EVERY = 15.0


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


#: Where lines go. pytest's plugin puts its terminal here, since pytest captures standard error.
sink: Callable[[str], None] = _to_stderr


def say(line: str) -> None:
    """Print one line of progress, without its secrets."""
    # Imported here, as in errors.
    from dockerd_lab.redaction.redact import redact  # noqa: PLC0415

    sink(redact(line))


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print the work of the block: when it begins, while it lasts, and how long it took.

    `step("booting the machines")` prints::

        lab: booting the machines …
        lab: booting the machines … still, after 15 s
        lab: booting the machines: done in 21.3 s
    """
    started = time.monotonic()
    ended = threading.Event()

    def remind() -> None:
        while not ended.wait(STILL_EVERY):
            say(f"lab: {what} … still, after {time.monotonic() - started:.0f} s")

    say(f"lab: {what} …")
    reminder = threading.Thread(target=remind, daemon=True)
    reminder.start()
    outcome = "failed after"
    try:
        yield
        outcome = "done in"
    finally:
        ended.set()
        reminder.join()
        say(f"lab: {what}: {outcome} {time.monotonic() - started:.1f} s")
