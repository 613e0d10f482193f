"""The three machines: booted once, then restored from a live snapshot as often as needed."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host import checks
from dockerd_lab.host import lab as lab_module
from dockerd_lab.host.boxes import ensure_box
from dockerd_lab.host.command import run
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import boot, ssh, vagrant
from dockerd_lab.machines.ask import Question, ask
from dockerd_lab.progress import say, step
from dockerd_lab.settings import Settings

#: The live snapshot (memory and disk) that every case starts from.
SNAPSHOT = "clean"
#: Seconds saving or restoring one machine may take; it takes less than 1.
SNAPSHOT_LIMIT = 60

# What the machines are, asked once: it does not change while the snapshot is used.
VERSIONS = {
    "docker": Question("dockerd --version"),
    "client": Question("docker --version"),
    "containerd": Question("containerd --version"),
    "runc": Question("runc --version | head -n 1"),
    "kernel": Question("uname -r"),
    "systemd": Question("systemctl --version | head -n 1"),
    "system": Question(". /etc/os-release && echo $PRETTY_NAME"),
}


@dataclass(frozen=True)
class Fleet:
    """The machines of a running lab."""

    lab: Lab
    root: Path
    settings: Settings
    versions: dict[str, str]

    @property
    def engine(self) -> str:
        """The engine that `daemon` runs."""
        return self.settings.engine_of("daemon")

    @property
    def names(self) -> list[str]:
        """The machines, daemon first."""
        return [name for name, _ in self.settings.machines.items()]

    def restore(self) -> None:
        """Put all machines back to the snapshot, set their clocks, and connect anew."""

        def one(machine: str) -> None:
            ssh.drop_connection(self.lab, machine)
            _monitor(self.lab, machine, f"loadvm {SNAPSHOT}")
            _set_clock(self.lab, machine)

        _for_each(self.names, one)

    def reboot(self) -> None:
        """Restart `daemon` as an administrator does, wait until it answers, and set its clock."""
        boot_id = "cat /proc/sys/kernel/random/boot_id"
        before = self._said("daemon", boot_id)
        self._said("daemon", "systemctl reboot")
        deadline = time.monotonic() + boot.ANSWER_LIMIT
        while True:
            ssh.drop_connection(self.lab, "daemon")
            try:
                if self._said("daemon", boot_id) != before:
                    break
            except HarnessBroke as error:
                self.lab.require_alive()
                if time.monotonic() > deadline:
                    raise HarnessBroke(
                        f"daemon did not answer within {boot.ANSWER_LIMIT} s after its reboot:"
                        f" {error.message}",
                        error.hint,
                    ) from None
            if time.monotonic() > deadline:
                raise HarnessBroke(f"daemon did not reboot within {boot.ANSWER_LIMIT} s")
            time.sleep(0.5)
        _set_clock(self.lab, "daemon")

    def _said(self, machine: str, command: str) -> str:
        done = ssh.run(self.lab, machine, command, what=command, timeout=30)
        return done.stdout.decode(errors="replace").strip()


def up(root: Path, settings: Settings, *, kept: bool) -> Fleet:
    """Start a lab with its machines; there must be none. See `dockerd_lab.host.lab.start`.

    The machines come from the snapshot that an earlier lab of this checkout saved, when it was made
    from the same boxes and Vagrantfile; otherwise they are booted, and the snapshot is saved.
    """
    checks.require()
    directory = lab_module.lab_home(root) / settings.fleet_name
    key = _key(root, settings)  # builds the boxes that are missing, before there is a lab
    if _saved(directory).get("key") == key:
        lab = lab_module.start(directory, kept=kept)
        try:
            return _resume(lab, root, settings)
        except HarnessBroke as error:
            say(f"lab: the saved machines cannot be used, booting new ones: {error.message}")
            lab_module.stop(lab)
        except BaseException:
            lab_module.stop(lab)
            raise
    lab_module.clear(directory)
    lab = lab_module.start(directory, kept=kept)
    try:
        return _boot(lab, root, settings)
    except BaseException:
        lab_module.stop(lab)
        raise


def attach(lab: Lab, root: Path, settings: Settings) -> Fleet:
    """The machines of a lab that runs already.

    Raises HarnessBroke when it has none, or others than asked for.
    """
    saved = _saved(lab.directory)
    if not saved:
        raise HarnessBroke(
            "the running lab has no machines of the harness's",
            "dockerd-lab down   # ends it; the next command starts a new one",
        )
    if saved["key"] != _key(root, settings):
        raise HarnessBroke(
            "the machines of the running lab were made from other boxes or another Vagrantfile",
            "dockerd-lab down   # ends it; the next command starts a new one",
        )
    stopped = [name for name, state in states(lab).items() if state != "running"]
    if stopped:
        raise HarnessBroke(
            f"in the running lab, these machines are not running: {', '.join(stopped)}",
            "dockerd-lab down   # ends it; the next command starts a new one",
        )
    return Fleet(lab, root, settings, saved["versions"])


def _boot(lab: Lab, root: Path, settings: Settings) -> Fleet:
    vagrant.prepare(lab, root, settings)
    ssh.write_config(lab, settings)
    with step(f"booting the machines with {accelerator(lab)}"):
        _vagrant_up(lab, root, settings)
    fleet = Fleet(lab, root, settings, _versions(lab, root, settings))
    with step("saving the machines' snapshot"):
        _for_each(fleet.names, lambda m: _monitor(lab, m, f"savevm {SNAPSHOT}"))
    saved = {"key": _key(root, settings), "versions": fleet.versions, "sizes": _disks(lab)}
    part = lab.directory / "snapshot.json.part"
    part.write_text(json.dumps(saved, indent=1) + "\n")
    part.replace(lab.directory / "snapshot.json")
    return fleet


def _vagrant_up(lab: Lab, root: Path, settings: Settings) -> None:
    machines = vagrant.LabVagrant(lab, root, settings)
    # A machine that never answers ends the lab, and with it Vagrant.
    with boot.watched(machines.log, lambda: lab_module.stop(lab)) as reasons:
        try:
            machines.command("booting the machines", "up")
        except HarnessBroke:
            if reasons:
                raise HarnessBroke(
                    f"booting the machines: {reasons[0]}",
                    f"the consoles: {vagrant.consoles(lab)}; Vagrant's output: {machines.log}",
                ) from None
            raise


def _resume(lab: Lab, root: Path, settings: Settings) -> Fleet:
    ssh.write_config(lab, settings)
    saved = _saved(lab.directory)
    fleet = Fleet(lab, root, settings, saved["versions"])
    # A disk only grows. What is missing at its end QEMU would read as zeros, without a word.
    now = _disks(lab)
    for disk, size in saved["sizes"].items():
        if now.get(disk, 0) < size:
            raise HarnessBroke(f"{disk} has {now.get(disk, 0)} bytes, it was saved with {size}")

    def one(machine: str) -> None:
        _virsh(lab, f"starting {machine}", "start", machine, "--paused")
        _monitor(lab, machine, f"loadvm {SNAPSHOT}")
        _virsh(lab, f"resuming {machine}", "resume", machine)
        _set_clock(lab, machine)

    with step(f"resuming the saved machines with {accelerator(lab)}"):
        for network in ("vagrant-libvirt", "lab"):
            _virsh(lab, f"starting network {network}", "net-start", network)
        _for_each(fleet.names, one)
    return fleet


def accelerator(lab: Lab) -> str:
    """What runs the machines, in words."""
    return "KVM" if lab.driver == "kvm" else "TCG (emulation; KVM does not work here)"


def _key(root: Path, settings: Settings) -> str:
    """What a snapshot depends on: the boxes, the Vagrantfile and what it provisions, lab.yaml."""
    digest = hashlib.sha256()
    for name, engine in settings.engine_by_machine.items():
        box = ensure_box(root, engine, settings.engine(engine))
        digest.update(f"{name} {box.directory}\n".encode())
    for file in ("Vagrantfile", "lab.yaml", "provision/setup.sh"):
        digest.update((root / file).read_bytes())
    return digest.hexdigest()


def _disks(lab: Lab) -> dict[str, int]:
    """The disks of the machines, with their snapshots, and their sizes in bytes."""
    images = lab.directory / "libvirt/lib/images"
    return {disk.name: disk.stat().st_size for disk in images.iterdir()}


def _saved(directory: Path) -> dict[str, Any]:
    try:
        saved = json.loads((directory / "snapshot.json").read_text())
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) and "sizes" in saved else {}


def _versions(lab: Lab, root: Path, settings: Settings) -> dict[str, str]:
    """Ask `daemon` what it runs; raise HarnessBroke when a box has not the declared engine.

    A machine of every box is asked, since the client's version matters too.
    """
    by_engine = {engine: name for name, engine in reversed(settings.engine_by_machine.items())}
    answers = {engine: ask(lab, root, name, VERSIONS) for engine, name in by_engine.items()}
    for engine, said in answers.items():
        declared, found = settings.engine(engine).docker, said["docker"].said
        # Debian appends to it: `Docker version 20.10.24+dfsg1, build 297e128`.
        if not re.match(rf"Docker version {re.escape(declared)}(?![\d.])", found):
            raise HarnessBroke(
                f"box {engine} is not what lab.yaml declares: docker {declared} is expected,"
                f" {found!r} is there",
                "a suite that moves brings another version: declare that in lab.yaml, or take"
                " another suite",
            )
    on_daemon = answers[settings.engine_of("daemon")]
    return {name: answer.stdout.strip() for name, answer in on_daemon.items()}


def _set_clock(lab: Lab, machine: str) -> None:
    """Connect to a machine and set its clock, which stood still since the snapshot."""
    deadline = time.monotonic() + boot.ANSWER_LIMIT
    while True:
        try:
            ssh.run(
                lab, machine, f"date --set=@{time.time():.3f}", what="setting the clock", timeout=30
            )
            return
        except HarnessBroke as error:
            if time.monotonic() > deadline or not lab.alive():
                raise HarnessBroke(
                    f"{machine} did not answer within {boot.ANSWER_LIMIT} s after its restore:"
                    f" {error.message}",
                    error.hint,
                ) from None
            ssh.drop_connection(lab, machine)


def _virsh(lab: Lab, what: str, *args: str) -> str:
    argv = lab.enter(["virsh", "--connect", "qemu:///system", *args])
    try:
        return run(argv, what=what, timeout=SNAPSHOT_LIMIT).stdout
    except HarnessBroke as error:
        lab.require_alive(grace=2)
        hint = "dockerd-lab down   # ends the lab; the next command starts new machines"
        raise HarnessBroke(error.message, error.hint or hint) from None


def _monitor(lab: Lab, machine: str, command: str) -> None:
    """Give QEMU's monitor a command; what it prints is an error message."""
    what = f"{machine}: {command}"
    said = _virsh(lab, what, "qemu-monitor-command", machine, "--hmp", command).strip()
    if said:
        raise HarnessBroke(
            f"{what}: QEMU says: {said}",
            "dockerd-lab down   # ends the lab; the next command starts new machines",
        )


def _for_each(machines: list[str], work: Callable[[str], None]) -> None:
    """Do the work on all machines at once; the first error is raised after all have ended."""
    with ThreadPoolExecutor(len(machines)) as pool:
        for done in [pool.submit(work, machine) for machine in machines]:
            done.result()


@contextmanager
def running(root: Path, settings: Settings, *, keep: bool = False) -> Iterator[Fleet]:
    """The machines for one command, which has them to itself.

    A lab that runs already is used and left running. Otherwise one is started, and ended with the
    block, unless `keep` is set.
    """
    home = lab_module.lab_home(root)
    with lab_module.exclusive(home):
        lab = lab_module.current(home)
        if lab is not None:
            yield attach(lab, root, settings)
            return
        fleet = up(root, settings, kept=keep)
        try:
            yield fleet
        finally:
            if not keep:
                lab_module.stop(fleet.lab)


def states(lab: Lab) -> dict[str, str]:
    """The state of every machine of a running lab, in libvirt's words."""
    listed = _virsh(lab, "listing the machines", "list", "--all").splitlines()[2:]
    rows = (line.split(None, 2) for line in listed if line.strip())
    return {name: state.strip() for _, name, state in rows}
