"""Runs `vagrant up`, and gives up on a machine that never answers and on a Vagrant that hangs.

Vagrant itself would wait ten minutes for an address, without saying for which machine, and for
ever for a command on a machine that answered once.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import labs
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines.vagrant import LabVagrant
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings

#: Seconds a machine has to answer over ssh, from its start or its restore. Under TCG the slowest
#: start takes about 60, and over 180 where two labs boot on two cores; a restore about 1.
#: The Vagrantfile's boot_timeout is longer.
ANSWER_LIMIT = 300
#: Seconds Vagrant may print nothing while no machine is waited for: each of its steps then takes a
#: few. It hung so once in some hundred boots, on two machines that had answered.
SILENCE_LIMIT = 240

_LINE = re.compile(r"^==> (\w+): (.+)$")
_STARTED = "Starting domain."
_ANSWERED = "Machine booted and ready!"


class BootHangs(HarnessError):
    """A machine never answered, or Vagrant stopped printing: it is worth booting once more.

    Both happened once in some hundred boots under TCG, with the same boxes that booted before.
    """


@dataclass
class UpProgress:
    """The progress of `vagrant up`, from the lines that it has printed."""

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

    def reason_to_give_up(self, now: float) -> BootHangs | None:
        """Return why to give up; None while it is too early. `now` is in monotonic seconds."""
        for machine, since in self.waiting.items():
            if now - since > ANSWER_LIMIT:
                return BootHangs(
                    f"{machine} did not answer within {ANSWER_LIMIT} s after its start;"
                    f" Vagrant's last step was: {self.steps[machine]}"
                )
        if not self.waiting and now - self.last_line > SILENCE_LIMIT:
            last = ", ".join(f"{machine}: {step}" for machine, step in self.steps.items())
            return BootHangs(
                f"`vagrant up` printed nothing for {SILENCE_LIMIT} s; last steps: {last or 'none'}"
            )
        return None


def boot_machines(lab: Lab, project: Project, settings: Settings) -> None:
    """Boot the machines of a lab. If they do not answer in time, the lab is ended, and Vagrant too.

    Raises BootHangs with what Vagrant did last and the ends of the consoles, HarnessError when
    Vagrant itself fails.
    """
    machines = LabVagrant(lab, project, settings)
    with _watched(machines.log, lambda: labs.stop(lab)) as reasons:
        try:
            machines.command("booting the machines", "up")
        except HarnessError:
            if reasons:
                hint = f"the consoles: {lab.consoles}; Vagrant's output: {machines.log}"
                kind = type(reasons[0])
                message = f"booting the machines: {reasons[0].message}{_last_console_lines(lab)}"
                raise kind(message, hint) from None
            raise


def _last_console_lines(lab: Lab) -> str:
    """Return the last line of each machine's console for a message, if it has any."""
    consoles = [(file.stem, file.read_text(errors="replace")) for file in lab.consoles.glob("*")]
    last = [
        f"{name}'s console ends: {text.rstrip().splitlines()[-1]}"
        for name, text in consoles
        if text.strip()
    ]
    return last_lines("\n".join(sorted(last)))


@contextmanager
def _watched(log: Path, give_up: Callable[[], None]) -> Iterator[list[HarnessError]]:
    """Watch Vagrant's log during the block; call `give_up` when it is time to.

    Yields a list that then holds the reason.
    """
    reasons: list[HarnessError] = []
    over = threading.Event()
    offset = log.stat().st_size if log.exists() else 0

    def watch() -> None:
        progress = UpProgress(last_line=time.monotonic())
        position = offset
        while not over.wait(1):
            with log.open("rb") as file:
                file.seek(position)
                # A line that is not whole yet is read again.
                whole = file.read().rpartition(b"\n")[0]
            position += len(whole) + 1 if whole else 0
            progress.read(whole.decode(errors="replace").splitlines(), time.monotonic())
            if reason := progress.reason_to_give_up(time.monotonic()):
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
