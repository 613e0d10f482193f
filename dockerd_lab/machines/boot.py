"""Watches `vagrant up` boot the machines, and gives up on a machine that never answers.

Vagrant itself would wait ten minutes for an address, without saying for which machine.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds a machine has to answer over ssh, from its start or its restore. Under TCG the slowest
#: start takes about 60, and over 180 where two labs boot on two cores; a restore about 1.
#: The Vagrantfile's boot_timeout is the same.
ANSWER_LIMIT = 480

_LINE = re.compile(r"^==> (\w+): (.+)$")
_STARTED = "Starting domain."
_ANSWERED = "Machine booted and ready!"


@dataclass
class Boot:
    """How far `vagrant up` has come, from the lines it printed."""

    steps: dict[str, str] = field(default_factory=dict)
    """The last step of each machine, in Vagrant's words."""
    waiting: dict[str, float] = field(default_factory=dict)
    """The machines that were started and have not answered, with the time of their start."""
    last_line: float = 0.0
    """When Vagrant last printed anything."""

    def read(self, lines: list[str], now: float) -> None:
        """Parse new lines of Vagrant's output; `now` is in monotonic seconds."""
        if lines:
            self.last_line = now
        for line in lines:
            if match := _LINE.match(line.strip()):
                machine, step = match.groups()
                self.steps[machine] = step
                if step == _STARTED:
                    self.waiting[machine] = now
                elif step == _ANSWERED:
                    self.waiting.pop(machine, None)

    def verdict(self, now: float) -> str:
        """Return the reason to give up, or an empty string."""
        for machine, since in self.waiting.items():
            if now - since > ANSWER_LIMIT:
                return (
                    f"{machine} did not answer within {ANSWER_LIMIT} s after its start;"
                    f" Vagrant's last step was: {self.steps[machine]}"
                )
        if now - self.last_line > ANSWER_LIMIT:
            return f"`vagrant up` printed nothing for {ANSWER_LIMIT} s; last steps: {self.steps}"
        return ""


@contextmanager
def watched(log: Path, give_up: Callable[[], None]) -> Iterator[list[str]]:
    """Watch Vagrant's log during the block; call `give_up` when a machine never answers.

    Yields a list that then holds the reason.
    """
    reasons: list[str] = []
    over = threading.Event()
    offset = log.stat().st_size if log.exists() else 0

    def watch() -> None:
        boot = Boot(last_line=time.monotonic())
        position = offset
        while not over.wait(1):
            with log.open("rb") as file:
                file.seek(position)
                # A line that is not whole yet is read again.
                whole = file.read().rpartition(b"\n")[0]
            position += len(whole) + 1 if whole else 0
            boot.read(whole.decode(errors="replace").splitlines(), time.monotonic())
            if reason := boot.verdict(time.monotonic()):
                reasons.append(reason)
                give_up()
                return

    log.touch()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield reasons
    finally:
        over.set()
        watcher.join()
