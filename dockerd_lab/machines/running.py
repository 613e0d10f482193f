"""Gives a command the machines of a lab: those that run, or saved ones, or newly booted ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dockerd_lab.errors import LAB_WAIT, BadInput, HarnessError, os_errors_as_harness_errors
from dockerd_lab.host import checks, labs
from dockerd_lab.host.boxes import Box, ensure_box
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.lock import exclusive
from dockerd_lab.machines import boot as booting
from dockerd_lab.machines import saved_machines, snapshot_record, vagrant, vagrant_up, virsh
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.progress import say, step
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings


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


@os_errors_as_harness_errors()
def up(project: Project, settings: Settings, home: Path, *, kept: bool) -> Fleet:
    """Start a lab with its machines in a home that has none. See `dockerd_lab.host.labs.start`.

    The machines come from the snapshot that an earlier lab saved, of whatever project, when it was
    made from the same boxes and files; otherwise they are booted, and the snapshot is saved.
    """
    checks.require(labs.kind().checks)
    directory = home / settings.fleet_name
    boxes = _boxes(project, settings)  # those that are missing are built before there is a lab
    key = snapshot_record.key(project, settings, boxes)
    kernel = boxes["daemon"].kernel

    def start(begin: Callable[[Lab], Fleet]) -> Fleet:
        lab = labs.start(directory, kernel, kept=kept)
        try:
            return begin(lab)
        except BaseException:
            try:
                end(lab, project, settings)
            except HarnessError as error:  # what came first is the cause
                say(f"lab: {error}")
            raise

    def boot() -> Fleet:
        labs.clear(directory)
        return start(lambda lab: booting.boot(lab, project, settings, boxes, key))

    def resume_saved() -> Fleet | None:
        # A lab that was killed has left its copy.
        for find in (snapshot_record.is_valid, saved_machines.fetch):
            if find(directory, key, project):
                try:
                    return start(lambda lab: booting.resume(lab, project, settings))
                except HarnessError as error:
                    say(f"lab: saved machines cannot be used: {error.message}")
        return None

    if not labs.kind().keeps_machines:
        return _twice(boot)
    if (fleet := resume_saved()) is not None:
        return fleet
    with saved_machines.only_boot(key) as waited:
        # The lab that this one waited for has saved them.
        if waited and (fleet := resume_saved()) is not None:
            return fleet
        return _twice(boot)


def _twice(boot: Callable[[], Fleet]) -> Fleet:
    """Boot the machines, and once more when a machine or Vagrant hangs."""
    try:
        return boot()
    except vagrant_up.BootHangs as error:
        say(f"lab: {error.message}; booting once more")
        return boot()


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
    if lab.keeps_machines:
        saved_machines.forget_copy(lab.directory)


@os_errors_as_harness_errors()
def renew(fleet: Fleet) -> None:
    """End a lab that broke, and go on with the machines of a new one; raises HarnessError."""
    with suppress(HarnessError):
        end(fleet.lab, fleet.project, fleet.settings)
    new = up(fleet.project, fleet.settings, fleet.lab.home, kept=False)
    fleet.lab, fleet.versions = new.lab, new.versions
    fleet.restored += 1


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


def _boxes(project: Project, settings: Settings) -> dict[str, Box]:
    """Return the box of every machine, by the machine's name; check it, and build a missing one."""
    engines = settings.engine_by_machine.items()
    return {name: ensure_box(project, engine, settings.engine(engine)) for name, engine in engines}
