"""The lab: private namespaces on your computer in which libvirt, the bridges and the machines live.

A lab is one process (dockerd_lab.host.inside) and what it keeps in one directory below `.lab` of
the checkout, the lab's home; there is one directory per set of engines, and one lab at a time. When
that process ends the kernel ends everything else; so a lab is over as soon as the
command that started it is, unless it was started to stay.
"""

import dataclasses
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

from dockerd_lab.errors import BadInput, HarnessError
from dockerd_lab.host import kvm, runtime_directory
from dockerd_lab.host import namespaces as namespaces_module
from dockerd_lab.host.command import last_lines, run
from dockerd_lab.progress import say, step

#: Seconds a lab may take until its libvirtd answers: the KVM try (11 s), libvirtd (60 s), room.
START_LIMIT = 120

#: The outer processes of the labs that this process started, whose standard input they watch.
_STARTED: "dict[Lab, subprocess.Popen[bytes]]" = {}


@dataclass(frozen=True)
class Lab:
    """A running lab."""

    directory: Path
    pid: int
    started: int
    driver: str
    kept: bool
    sandbox: bool = True
    """Whether it has namespaces of its own; without, it is on this computer's own libvirt."""
    runtime: Path = Path("/run")
    """The directory of its sockets: its own /run; without a sandbox, one of `runtime_directory`."""

    @property
    def home(self) -> Path:
        """Where the labs of the checkout are."""
        return self.directory.parent

    @property
    def open_files(self) -> Path:
        """What another user's QEMU must read, where the lab has no namespaces of its own."""
        return self.runtime / "boot"

    @property
    def sockets(self) -> Path:
        """A short directory for ssh's sockets."""
        return self.runtime / "ssh"

    def domain(self, machine: str) -> str:
        """What libvirt calls a machine: on a libvirt with others' machines the name tells whose."""
        return machine if self.sandbox else f"dockerd-lab-{machine}"

    def alive(self) -> bool:
        """Whether its first process still runs; this computer itself always does."""
        if not self.sandbox:
            return True
        return _start_time(self.pid) == self.started

    def enter(self, argv: Sequence[str | Path]) -> list[str]:
        """The command that runs `argv` inside the lab's namespaces.

        Such as `nsenter --target 4711 --net … --wdns=/home/me -- virsh list`.
        """
        if not self.sandbox:
            return [str(argument) for argument in argv]
        namespaces = ["--net", "--mount", "--pid", f"--wdns={Path.cwd()}"]
        if not namespaces_module.is_root():
            namespaces.insert(0, "--user")
        return ["nsenter", "--target", str(self.pid), *namespaces, "--", *map(str, argv)]

    def require_alive(self, grace: float = 0) -> None:
        """Raise HarnessError when the lab has ended, so that nobody looks for a cause elsewhere.

        A lab that is just ending is given `grace` seconds to do so.
        """
        deadline = time.monotonic() + grace
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.alive():
            log = self.directory / "lab.log"
            said = log.read_text(errors="replace") if log.exists() else ""
            raise HarnessError(
                f"the lab ended: its first process {self.pid} is gone" + last_lines(said),
                f"its log: {log}; run the command again",
            )

    def require_runtime(self) -> None:
        """Raise HarnessError when its runtime directory is gone, or another user's by now."""
        if not self.sandbox and not runtime_directory.is_own(self.runtime):
            raise HarnessError(
                f"the running lab's directory {self.runtime} is gone (a reboot removes it),"
                " or another user may write to it",
                "dockerd-lab down   # ends the lab; the next command starts new machines",
            )


def lab_home(root: Path) -> Path:
    """Where the labs of a checkout keep their files, each in a directory of its own."""
    return root / ".lab"


def home_apart(root: Path, name: str) -> Path:
    """A home for a lab that runs beside others of the same checkout."""
    return lab_home(root) / "parallel" / name


def current(home: Path) -> Lab | None:
    """The lab that runs in this home, if one does."""
    try:
        facts = json.loads((home / "lab.json").read_text())
        # The file of an older version names no runtime directory: it counts as no lab.
        places = {"directory": home / facts["directory"], "runtime": Path(facts["runtime"])}
        lab = Lab(**{**facts, **places})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return lab if lab.alive() else None


def start(directory: Path, kernel: Path, *, kept: bool) -> Lab:
    """Start a lab on a directory of the home; there must be none. KVM is tried with a box's kernel.

    A lab ends with this process, also when that is killed: the kernel tells the lab's outer process
    of its parent's death, and that one its child. A kept lab does so only until `let_stay`, and
    stays until `stop` from then on. Must be called from the main thread, since a thread counts as
    the parent.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if not sandboxed():
        return _on_this_computer(directory, kernel, kept=kept)
    argv = namespaces_module.unshare("--net")
    argv += [sys.executable, "-m", "dockerd_lab.host.inside", str(directory), str(kernel)]
    if not kept:
        argv = ["setpriv", "--pdeathsig", "KILL", *argv]
    ordinary = "" if namespaces_module.is_root() else "1"
    with step("starting the lab"):
        with (directory / "lab.log").open("wb") as log:
            outer = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, namespaces_module.IN_USER_NAMESPACE: ordinary},
                start_new_session=True,
            )
        try:
            driver = _await_ready(outer, directory)
            pid = int(Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()[0])
        except BaseException:
            outer.kill()
            outer.wait()
            raise
    lab = Lab(directory, pid, _start_time(pid) or 0, driver, kept)
    _STARTED[lab] = outer
    return _noted(lab)


def let_stay(lab: Lab) -> None:
    """Let a kept lab that this process started outlive it."""
    outer = _STARTED.get(lab)
    if outer is not None and outer.stdin is not None:
        outer.stdin.write(b"stay\n")
        outer.stdin.close()


def sandboxed() -> bool:
    """Whether labs are made in namespaces of their own, as they are unless LAB_SANDBOX is `off`.

    Raises BadInput for any other word.
    """
    said = os.environ.get("LAB_SANDBOX", "")
    if said not in ("", "off"):
        raise BadInput(f"LAB_SANDBOX is {said!r}; it may be `off`, or unset")
    return said == ""


def _on_this_computer(directory: Path, kernel: Path, *, kept: bool) -> Lab:
    """A lab without namespaces: its machines are on this computer's own libvirt and network."""
    say(
        "lab: LAB_SANDBOX=off: this computer's own libvirt runs the machines. They are on its"
        " networks, an open daemon too, and stay if this command is killed."
    )
    run(["virsh", "--connect", "qemu:///system", "version"], what="asking libvirt", timeout=20)
    driver = kvm.driver(kernel)
    runtime = runtime_directory.make()
    try:
        return _noted(Lab(directory, os.getpid(), 0, driver, kept, sandbox=False, runtime=runtime))
    except BaseException:
        runtime_directory.remove(runtime)
        raise


def _noted(lab: Lab) -> Lab:
    """Write down where a lab is, for the next command."""
    places = {"directory": lab.directory.name, "runtime": str(lab.runtime)}
    facts = {**dataclasses.asdict(lab), **places}
    (lab.home / "lab.json").write_text(json.dumps(facts) + "\n")
    return lab


def stop(lab: Lab) -> None:
    """End a lab and wait until all of it is gone; machines outside a sandbox are not its own."""
    if not lab.sandbox:
        runtime_directory.remove(lab.runtime)
        (lab.home / "lab.json").unlink(missing_ok=True)
        return
    outer = _parent(lab.pid)
    if lab.alive():
        os.kill(lab.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while lab.alive():
        if time.monotonic() > deadline:
            raise HarnessError(f"the lab's first process {lab.pid} does not end")
        time.sleep(0.02)
    if outer is not None:
        with suppress(ChildProcessError):  # another process started this lab
            os.waitpid(outer, 0)
    (lab.home / "lab.json").unlink(missing_ok=True)


def clear(directory: Path) -> None:
    """Remove what an earlier lab left: its disks, definitions and Vagrant's notes of them."""
    for name in ("libvirt", "vagrant", "vagrant-home", "consoles", "snapshot.json", "vagrant.json"):
        namespaces_module.remove(directory / name)


def _await_ready(outer: "subprocess.Popen[bytes]", directory: Path) -> str:
    """Wait for the first process's line and return the driver it names."""
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
    """The process id of the parent of a process that runs."""
    stat = _stat(pid)
    return int(stat[1]) if stat else None


def _start_time(pid: int) -> int | None:
    """When a process started, in the kernel's ticks; with the id it names one process for good."""
    stat = _stat(pid)
    return int(stat[19]) if stat and stat[0] not in "ZX" else None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return []
