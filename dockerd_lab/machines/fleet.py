"""Boots the three machines once, and restores them from a live snapshot as often as needed."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.errors import LAB_WAIT, BadInput, HarnessError, os_errors_as_harness_errors
from dockerd_lab.host import checks, labs
from dockerd_lab.host.boxes import Box, ensure_box
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.lock import exclusive
from dockerd_lab.machines import program, snapshot_record, ssh, vagrant, vagrant_up, versions, virsh
from dockerd_lab.progress import say, step
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings

#: The live snapshot (memory and disk) that every case starts from.
SNAPSHOT = "clean"
#: Every machine's network interface in the lab's network.
INTERFACE = "eth1"


@dataclass
class Fleet:
    """The machines of a running lab."""

    lab: Lab
    project: Project
    settings: Settings
    versions: dict[str, str]
    restored: int = 0
    """How often the machines were restored by this process."""

    @property
    def engine(self) -> str:
        """Return the engine of `daemon`."""
        return self.settings.engine_of("daemon")

    @property
    def address(self) -> str:
        """Return the address of `daemon` in the lab."""
        return str(self.settings.machines.daemon.address)

    @property
    def names(self) -> list[str]:
        """Return the names of the machines, daemon first."""
        return [name for name, _ in self.settings.machines.items()]

    def restore(self) -> None:
        """Put all machines back to the snapshot, set their clocks, and connect anew."""

        def one(machine: str) -> None:
            ssh.drop_connection(self.lab, machine)
            virsh.monitor(self.lab, machine, f"loadvm {SNAPSHOT}")
            _refresh(self.lab, self.settings, machine)

        _for_each(self.names, one)
        self.restored += 1

    def reboot(self) -> None:
        """Restart `daemon` as an administrator does, wait until it answers, and set its clock."""
        deadline = time.monotonic() + vagrant_up.ANSWER_LIMIT
        before = _boot_id(self.lab, "daemon")
        # The shutdown may end the connection before ssh has its answer.
        with suppress(HarnessError):
            ssh.run(self.lab, "daemon", "systemctl reboot", what="rebooting daemon", timeout=30)
        while _boot_id(self.lab, "daemon") == before:
            if time.monotonic() > deadline:
                raise HarnessError(f"daemon did not reboot within {vagrant_up.ANSWER_LIMIT} s")
            time.sleep(0.5)
            ssh.drop_connection(self.lab, "daemon")
        _refresh(self.lab, self.settings, "daemon")


@os_errors_as_harness_errors()
def up(project: Project, settings: Settings, home: Path, *, kept: bool) -> Fleet:
    """Start a lab with its machines in a home that has none. See `dockerd_lab.host.labs.start`.

    The machines come from the snapshot that an earlier lab of this project saved, when it was made
    from the same boxes and Vagrantfile; otherwise they are booted, and the snapshot is saved.
    """
    checks.require(labs.kind().checks)
    directory = home / settings.fleet_name
    boxes = _boxes(project, settings)  # those that are missing are built before there is a lab
    key = snapshot_record.key(project, settings, boxes)
    kernel = boxes["daemon"].kernel
    if labs.kind().keeps_machines and snapshot_record.read(directory).get("key") == key:
        lab = labs.start(directory, kernel, kept=kept)
        try:
            return _resume(lab, project, settings)
        except HarnessError as error:
            say(f"lab: the saved machines cannot be used, booting new ones: {error.message}")
            end(lab, project, settings)
        except BaseException:
            end(lab, project, settings)
            raise

    def boot_new() -> Fleet:
        labs.clear(directory)
        lab = labs.start(directory, kernel, kept=kept)
        try:
            return _boot(lab, project, settings, boxes, key)
        except BaseException:
            try:
                end(lab, project, settings)
            except HarnessError as error:  # what came first is the cause
                say(f"lab: {error}")
            raise

    try:
        return boot_new()
    except vagrant_up.BootHangs as error:
        say(f"lab: {error.message}; booting once more")
        return boot_new()


@os_errors_as_harness_errors()
def end(lab: Lab, project: Project, settings: Settings) -> None:
    """End a lab; the snapshot is kept for the next start, except on this computer's own libvirt."""
    if not lab.keeps_machines:
        # Without its facts Vagrant has made nothing yet.
        if (lab.directory / "vagrant.json").exists():
            with step("destroying the machines on this computer's own libvirt"):
                machines = vagrant.LabVagrant(lab, project, settings)
                machines.command("destroying the machines", "destroy", "--force")
                virsh.delete_volumes(lab, vagrant.BOX_VOLUMES)
        labs.clear(lab.directory)
    labs.stop(lab)


@os_errors_as_harness_errors()
def attach(lab: Lab, project: Project, settings: Settings) -> Fleet:
    """Return the machines of a running lab.

    Raises BadInput if it has other engines than `settings`, HarnessError if it cannot be used.
    """
    if not isinstance(lab, labs.kind()):
        raise BadInput(
            f"another lab is running, {lab.location}; see LAB_SANDBOX", virsh.NEW_MACHINES
        )
    if lab.directory.name != settings.fleet_name:  # before a box is built for nothing
        engines = lab.directory.name.replace("+", ", ")
        raise BadInput(
            f"another lab is running: its daemon, client and outsider are {engines}",
            virsh.NEW_MACHINES,
        )
    lab.require_usable()
    facts = snapshot_record.read(lab.directory)
    if not facts:
        raise HarnessError("the running lab has no machines of the harness's", virsh.NEW_MACHINES)
    if facts["key"] != snapshot_record.key(project, settings, _boxes(project, settings)):
        raise HarnessError(
            "the machines of the running lab were made from other boxes, or by other files"
            " (Vagrantfile, lab.yaml, provision/)",
            virsh.NEW_MACHINES,
        )
    stopped = [name for name, state in virsh.states(lab).items() if state != "running"]
    if stopped:
        raise HarnessError(
            f"in the running lab, these machines are not running: {', '.join(stopped)}",
            virsh.NEW_MACHINES,
        )
    return Fleet(lab, project, settings, facts["versions"])


def _boot(
    lab: Lab, project: Project, settings: Settings, boxes: Mapping[str, Box], key: str
) -> Fleet:
    vagrant.prepare(lab, boxes.values())
    for network in lab.networks:
        file = project.data / "provision" / network
        virsh.run(lab, "making the network of Vagrant's", "net-define", str(file))
    ssh.write_config(lab, settings)
    with step(f"booting the machines with {accelerator(lab)}"):
        vagrant_up.boot_machines(lab, project, settings)
    fleet = Fleet(lab, project, settings, versions.of_fleet(lab, project, settings))
    with step("saving the machines' snapshot"):
        _for_each(fleet.names, lambda m: program.preload_programs(lab, project, m))
        _for_each(fleet.names, lambda m: virsh.monitor(lab, m, f"savevm {SNAPSHOT}"))
    snapshot_record.write(lab, key, fleet.versions)
    return fleet


def _resume(lab: Lab, project: Project, settings: Settings) -> Fleet:
    ssh.write_config(lab, settings)
    facts = snapshot_record.read(lab.directory)
    fleet = Fleet(lab, project, settings, facts["versions"])
    if facts.get("driver") != lab.driver:
        raise HarnessError(
            f"they were saved with {facts.get('driver')}, and now it is {lab.driver}"
        )
    # A disk only grows. What is missing at its end QEMU would read as zeros, without a word.
    now = snapshot_record.disks(lab)
    for disk, size in facts["sizes"].items():
        if now.get(disk, 0) < size:
            raise HarnessError(f"{disk} has {now.get(disk, 0)} bytes, it was saved with {size}")

    def one(machine: str) -> None:
        virsh.run(lab, f"starting {machine}", "start", lab.domain(machine), "--paused")
        virsh.monitor(lab, machine, f"loadvm {SNAPSHOT}")
        virsh.run(lab, f"resuming {machine}", "resume", lab.domain(machine))
        _refresh(lab, settings, machine)

    with step(f"resuming the saved machines with {accelerator(lab)}"):
        for network in ("vagrant-libvirt", "dockerd-lab"):
            virsh.run(lab, f"starting network {network}", "net-start", network)
        _for_each(fleet.names, one)
    return fleet


def accelerator(lab: Lab) -> str:
    """Return what runs the machines, in words."""
    return "KVM" if lab.driver == "kvm" else "TCG (emulation; KVM does not work here)"


def _boxes(project: Project, settings: Settings) -> dict[str, Box]:
    """Return the box of every machine, by the machine's name; check it, and build a missing one."""
    engines = settings.engine_by_machine.items()
    return {name: ensure_box(project, engine, settings.engine(engine)) for name, engine in engines}


def _refresh(lab: Lab, settings: Settings, machine: str) -> None:
    """Set a machine's clock, which stood still since the snapshot, and its IPv6 address.

    The address is not among what Vagrant configures, and a boot has lost it.
    """
    address = f"ip address replace {settings.interface6(machine)} dev {INTERFACE} nodad"
    _until_it_answers(lab, machine, lambda: f"date --set=@{time.time():.3f}; {address}")


def _boot_id(lab: Lab, machine: str) -> str:
    return _until_it_answers(lab, machine, lambda: "cat /proc/sys/kernel/random/boot_id")


def _until_it_answers(lab: Lab, machine: str, command: Callable[[], str]) -> str:
    """Run a command on a machine that may not be reachable yet; return what it printed."""
    deadline = time.monotonic() + vagrant_up.ANSWER_LIMIT
    while True:
        try:
            result = ssh.run(lab, machine, line := command(), what=line, timeout=30)
            return result.stdout.decode(errors="replace").strip()
        except HarnessError as error:
            if time.monotonic() > deadline or not lab.alive():
                raise HarnessError(
                    f"{machine} did not answer within {vagrant_up.ANSWER_LIMIT} s after its restore"
                    f" or reboot: {error.message}",
                    error.hint,
                ) from None
            ssh.drop_connection(lab, machine)
            time.sleep(0.2)


def _for_each(machines: list[str], work: Callable[[str], None]) -> None:
    """Do the work on all machines at once; the first error is raised after all have ended."""
    with ThreadPoolExecutor(len(machines)) as pool:
        for future in [pool.submit(work, machine) for machine in machines]:
            future.result()


@contextmanager
def running(
    project: Project,
    settings: Settings,
    *,
    keep: bool = False,
    home: Path | None = None,
    wait: float = LAB_WAIT,
) -> Iterator[Fleet]:
    """Yield the machines for one command, which has them to itself.

    Waits up to `wait` seconds for another command that uses them, and raises LabBusy after that.
    A lab that runs already in the home (by default the project's state) is used and
    left running. Otherwise one is started, and ended with the block, unless `keep` is set.
    """
    home = home or project.state
    with exclusive(home, wait=wait):
        lab = labs.current(home)
        if lab is not None and lab.has_orphaned_machines:
            say("lab: an earlier command was killed and left its machines")
            end(lab, project, settings)
        elif lab is not None:
            yield attach(lab, project, settings)
            return
        fleet = up(project, settings, home, kept=keep)
        if keep:
            fleet.lab.keep_running()
        try:
            yield fleet
        finally:
            if not keep:
                end(fleet.lab, project, settings)
