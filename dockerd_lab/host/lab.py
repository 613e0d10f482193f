"""Defines a lab of either kind: where the machines run, and how they are reached there.

There are two kinds: private namespaces (host/sandbox.py), and this computer's own libvirt
(host/own_libvirt.py). host/labs.py starts them, and finds the one that runs.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.boxes import Box
from dockerd_lab.host.checks import Check
from dockerd_lab.host.command import last_lines


@dataclass(frozen=True)
class Lab(ABC):
    """A running lab."""

    directory: Path
    """Where it keeps its files, below the home of the project's labs."""
    driver: str
    """What libvirt calls what runs the machines: `kvm`, or `qemu` for emulation."""
    kept: bool
    """Whether it outlives the command that started it."""
    untouched: set[str] = field(init=False, default_factory=set, compare=False)
    """The machines that are as in the snapshot, as far as this process knows."""
    pending: dict[str, Future[None]] = field(init=False, default_factory=dict, compare=False)
    """The machines that are still being made ready, in the background."""

    kind: ClassVar[str]
    """The word for its kind in lab.json."""
    location: ClassVar[str]
    """Where it is, in a message."""
    checks: ClassVar[tuple[Check, ...]]
    """What a computer must have for it."""
    keeps_machines: ClassVar[bool]
    """Whether its machines end with it, and their snapshot is kept for the next lab."""
    networks: ClassVar[tuple[str, ...]]
    """Files of provision/ with networks that it has to define itself."""

    @property
    @abstractmethod
    def description(self) -> str:
        """Return a short description: `process 4711`."""

    @property
    def home(self) -> Path:
        """Return the directory of the labs of the project."""
        return self.directory.parent

    @property
    @abstractmethod
    def sockets(self) -> Path:
        """Return a private directory with a short name for ssh's sockets, as a path in the lab."""

    @property
    @abstractmethod
    def consoles(self) -> Path:
        """Return the directory of the serial consoles (NAME.log), as a path on your computer."""

    @property
    @abstractmethod
    def consoles_for_libvirt(self) -> Path:
        """Return the directory of `consoles` as a path for the lab's libvirt."""

    @property
    @abstractmethod
    def has_orphaned_machines(self) -> bool:
        """Return whether a command that was killed left its machines running."""

    @abstractmethod
    def domain(self, machine: str) -> str:
        """Return what libvirt calls a machine."""

    @abstractmethod
    def alive(self) -> bool:
        """Return whether it still runs."""

    @abstractmethod
    def argv_inside(self, argv: Sequence[str | Path]) -> list[str]:
        """Return the command that runs `argv` inside the lab."""

    @abstractmethod
    def path_on_computer(self, path: Path) -> Path:
        """Return where a path of the lab is on your computer."""

    @abstractmethod
    def boot_files(self, box: Box) -> dict[str, Path]:
        """Return a box's `kernel` and `initrd` where the lab's QEMU may read them."""

    @abstractmethod
    def image_command(self, box: Box, image: Path) -> list[str | Path]:
        """Return the command that makes a machine's image from a box's disk."""

    @abstractmethod
    def require_usable(self) -> None:
        """Raise HarnessError where an earlier command's lab can no longer be used."""

    @abstractmethod
    def keep_running(self) -> None:
        """Let a kept lab that this process started outlive it."""

    @abstractmethod
    def stop(self) -> None:
        """End it and wait until all of it is gone, but for machines that do not end with it."""

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """Return what lab.json has to say for the next command to find it, but the directory."""

    def settle(self, machine: str) -> None:
        """Wait until a machine is ready; raise what making it ready raised."""
        if (pending := self.pending.get(machine)) is not None:
            pending.result()
            self.pending.pop(machine, None)

    def touch(self, machine: str) -> None:
        """Note that something runs on a machine; wait until it is ready for that."""
        self.settle(machine)
        self.untouched.discard(machine)

    def require_alive(self, grace: float = 0) -> None:
        """Raise HarnessError when the lab has ended, so that nobody looks for a cause elsewhere.

        A lab that is just ending is given `grace` seconds to do so.
        """
        deadline = time.monotonic() + grace
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.alive():
            log = self.directory / "lab.log"
            output = log.read_text(errors="replace") if log.exists() else ""
            raise HarnessError(
                f"the lab ended: {self.description} is gone" + last_lines(output),
                f"its log: {log}; run the command again",
            )
