"""Implements a lab in private namespaces, in which libvirt, bridges and machines run.

It is one process (dockerd_lab.host.sandbox_init). When that ends the kernel ends everything else;
so a lab is over as soon as the command that started it is, unless it was started to stay.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import namespaces
from dockerd_lab.host.boxes import BOXES_IN_LAB, Box
from dockerd_lab.host.checks import FOR_A_LAB
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.progress import step

#: Seconds a lab may take until its libvirtd answers: the KVM try (11 s), libvirtd (60 s), room.
START_LIMIT = 120
#: Seconds its first process has to end.
END_LIMIT = 20

#: The outer processes of the labs that this process started, whose standard input they watch.
_STARTED: "dict[Sandbox, subprocess.Popen[bytes]]" = {}


@dataclass(frozen=True)
class Sandbox(Lab):
    """A lab with namespaces of its own."""

    pid: int
    """Its first process, as your computer has it."""
    started: int
    """When that started, in the kernel's ticks: with the id it names one process for good."""

    kind = "sandbox"
    location = "in a sandbox"
    checks = FOR_A_LAB
    keeps_machines = True
    networks = ("network.xml",)

    @property
    def description(self) -> str:
        """Return the id of its first process, in words."""
        return f"its first process {self.pid}"

    @property
    def sockets(self) -> Path:
        """Return a directory of the lab's own /run."""
        return Path("/run/ssh")

    @property
    def consoles(self) -> Path:
        """Return a directory below what is mounted over /var/log/libvirt; QEMU may write there."""
        return self.directory / "libvirt/log/consoles"

    @property
    def consoles_for_libvirt(self) -> Path:
        """Return the consoles as a path in the namespaces."""
        return Path("/var/log/libvirt/consoles")

    @property
    def has_orphaned_machines(self) -> bool:
        """Return False: the kernel ends all of it."""
        return False

    def domain(self, machine: str) -> str:
        """Return the machine's name: there are no others."""
        return machine

    def alive(self) -> bool:
        """Return whether its first process still runs."""
        return start_time(self.pid) == self.started

    def argv_inside(self, argv: Sequence[str | Path]) -> list[str]:
        """Return the command that runs `argv` inside the namespaces.

        Such as `nsenter --target 4711 --net … --wdns=/home/me -- virsh list`.
        """
        names = ["--net", "--mount", "--pid", f"--wdns={Path.cwd()}"]
        if not namespaces.is_root():
            names.insert(0, "--user")
        return ["nsenter", "--target", str(self.pid), *names, "--", *map(str, argv)]

    def path_on_computer(self, path: Path) -> Path:
        """Return where a path of the namespaces is on your computer, as long as the lab runs."""
        return Path(f"/proc/{self.pid}/root{path}")

    def boot_files(self, box: Box) -> dict[str, Path]:
        """Return the box's own files: the boxes are mounted where QEMU's user may read them."""
        return {"kernel": _in_lab(box.kernel), "initrd": _in_lab(box.initrd)}

    def image_command(self, box: Box, image: Path) -> list[str | Path]:
        """Return the command for an empty image whose backing file is the box's disk."""
        backing = _in_lab(box.disk)
        return ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", backing, image]

    def require_usable(self) -> None:
        """Do nothing: a sandbox that runs has all it needs."""

    def keep_running(self) -> None:
        """Let a kept lab that this process started outlive it."""
        outer = _STARTED.get(self)
        if outer is not None and outer.stdin is not None:
            outer.stdin.write(b"stay\n")
            outer.stdin.close()

    def stop(self) -> None:
        """End the first process, and wait until the kernel has ended all the others."""
        outer = _parent(self.pid)
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
        deadline = time.monotonic() + END_LIMIT
        while self.alive():
            if time.monotonic() > deadline:
                raise HarnessError(f"the lab's first process {self.pid} does not end")
            time.sleep(0.02)
        if outer is not None:
            with suppress(ChildProcessError):  # another process started this lab
                os.waitpid(outer, 0)

    def facts(self) -> dict[str, Any]:
        """Return the process that it is."""
        return {"pid": self.pid, "started": self.started}


def start(directory: Path, kernel: Path, *, kept: bool) -> Sandbox:
    """Start a lab on a directory; KVM is tried with a box's kernel.

    A lab ends with this process, also when that is killed: the kernel tells the lab's outer process
    of its parent's death, and that one its child. A kept lab does so only until `keep_running`, and
    stays until `stop` from then on. Must be called from the main thread, since a thread counts as
    the parent. Raises HarnessError where it does not start.
    """
    argv = namespaces.unshare("--net")
    argv += [sys.executable, "-m", "dockerd_lab.host.sandbox_init", str(directory), str(kernel)]
    if not kept:
        argv = ["setpriv", "--pdeathsig", "KILL", *argv]
    ordinary = "" if namespaces.is_root() else "1"
    with step("starting the lab"):
        with (directory / "lab.log").open("wb") as log:
            outer = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, namespaces.IN_USER_NAMESPACE: ordinary},
                start_new_session=True,
            )
        try:
            driver = _await_ready(outer, directory)
            pid = int(Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()[0])
        except BaseException:
            outer.kill()
            outer.wait()
            raise
    lab = Sandbox(directory, driver, kept, pid, start_time(pid) or 0)
    _STARTED[lab] = outer
    return lab


def start_time(pid: int) -> int | None:
    """Return when a process started, in the kernel's ticks; None where there is none of that id."""
    stat = _stat(pid)
    return int(stat[19]) if stat and stat[0] not in "ZX" else None


def _in_lab(file: Path) -> Path:
    """Return the path in the namespaces of a file of a box."""
    return BOXES_IN_LAB / file.parent.name / file.name


def _await_ready(outer: "subprocess.Popen[bytes]", directory: Path) -> str:
    """Return the driver that the first process names in its line."""
    assert outer.stdout is not None  # noqa: S101  (a pipe was asked for)
    ready, _, _ = select.select([outer.stdout], [], [], START_LIMIT)
    line = outer.stdout.readline() if ready else b""
    try:
        answer = json.loads(line)
    except ValueError:
        why = "ended" if ready else f"did not answer within {START_LIMIT} s"
        log = (directory / "lab.log").read_text(errors="replace")
        raise HarnessError(f"starting the lab: its first process {why}" + last_lines(log)) from None
    if "error" in answer:
        raise HarnessError(f"starting the lab: {answer['error']}")
    return str(answer["driver"])


def _parent(pid: int) -> int | None:
    """Return the id of the parent of a running process."""
    stat = _stat(pid)
    return int(stat[1]) if stat else None


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; none if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return []
