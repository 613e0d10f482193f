"""Looks at this computer for `dockerd-lab doctor`: all checks, KVM by trying, boxes, leftovers."""

import getpass
import tempfile
from pathlib import Path

from dockerd_lab.errors import LabError
from dockerd_lab.host import checks, labs, qemu_user
from dockerd_lab.host.boxes import find_box, is_being_built
from dockerd_lab.host.checks import CheckResult
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.namespaces import is_root
from dockerd_lab.project import Project, user_cache
from dockerd_lab.settings import Settings

#: Bytes of disk that a box and a project's saved machines take.
BOX_BYTES = 1_000_000_000
LAB_BYTES = 3_000_000_000
#: QEMU's own memory beside a machine's; most of it is TCG's translation cache.
QEMU_BYTES = 900_000_000


def examine(project: Project, settings: Settings) -> list[CheckResult]:
    """Return the results of all checks of this computer, the usual causes of errors first."""
    machines = [machine for _, machine in settings.machines.items()]
    needed = sum(machine.memory * 1024 * 1024 + QEMU_BYTES for machine in machines)
    results = [checks.system(), checks.versions(), *checks.run_checks(checks.FOR_A_LAB)]
    can_start = all(result.state != "missing" for result in results)
    return [
        *results,
        *(_lab(project, settings) if can_start else []),
        checks.disk(user_cache(), BOX_BYTES),
        checks.disk(project.state, LAB_BYTES),
        checks.memory(needed),
        # Which box it is depends on the lab's key, which ssh-keygen makes.
        *(_box(project, settings, name) for name in settings.engines if can_start),
        *_leftovers(project),
    ]


def _lab(project: Project, settings: Settings) -> list[CheckResult]:
    """Return what runs the machines, and as which user: of the running lab, or of one to try."""
    boxes = [find_box(project, name, engine) for name, engine in settings.engines.items()]
    built = [box for box in boxes if box.built]
    if not built:
        fix = f"dockerd-lab box build {settings.engine_of('daemon')}"
        return [CheckResult("KVM", "note", "tried with a box's kernel, and none is built yet", fix)]
    running = labs.current(project.state)
    try:
        if running is not None:
            return [_kvm(running.driver), isolation(running)]
        with tempfile.TemporaryDirectory() as place:
            trial = labs.start(Path(place) / "lab", built[0].kernel, kept=False)
            results = [_kvm(trial.driver), isolation(trial)]
            labs.stop(trial)
            labs.clear(trial.directory)
            return results
    except LabError as error:
        return [CheckResult("lab", "missing", f"it does not start: {error.message}", error.hint)]


def _kvm(driver: str) -> CheckResult:
    """Return whether the machines run on KVM, as a result."""
    if driver == "kvm":
        return CheckResult("KVM", "ok", "a guest was run with it")
    if not Path("/dev/kvm").exists():
        why, fix = "there is no /dev/kvm", "sudo modprobe kvm_intel   # or kvm_amd"
    else:
        why, fix = "/dev/kvm is there, but no guest runs with it", ""
    return CheckResult("KVM", "note", f"{why}: machines are emulated (TCG), and slower", fix)


def isolation(of: Lab) -> CheckResult:
    """Return what protects this computer from a guest that breaks out of QEMU."""
    name, user = "isolation", qemu_user.configured(of.directory)
    if user is None:
        message = (
            "LAB_SANDBOX=off: QEMU runs as this computer's own libvirt has it, on its networks"
        )
        return CheckResult(name, "note", message)
    spaces = "network, mount and process namespaces in which only the lab's files can be written"
    if is_root():
        who = "a user id that is nobody's on this computer"
        return CheckResult(name, "ok", f"QEMU runs as {who}, without capabilities, in {spaces}")
    me, spaces = getpass.getuser(), f"user, {spaces}"
    if user == 0:
        message = (
            f"QEMU runs as {me}, to whom alone /dev/kvm opens, without capabilities, in {spaces}"
        )
        return CheckResult(name, "note", message, f"sudo usermod --append --groups kvm {me}")
    who = f"a subordinate user of {me} (/etc/subuid)"
    return CheckResult(name, "ok", f"QEMU runs as {who}, without capabilities, in {spaces}")


def _box(project: Project, settings: Settings, name: str) -> CheckResult:
    box = find_box(project, name, settings.engine(name))
    if not box.built:
        return CheckResult(f"box {name}", "note", "not built", f"dockerd-lab box build {name}")
    try:
        box.check()
    except LabError as error:
        return CheckResult(f"box {name}", "missing", error.message, error.hint)
    return CheckResult(f"box {name}", "ok", f"{box.size // 1_000_000} MB in {box.directory}")


def _leftovers(project: Project) -> list[CheckResult]:
    """Return the leftovers of earlier runs."""
    home = project.state
    results = []
    running = labs.current(home)
    if running is not None:
        message = f"{running.description}, in {running.directory}"
        results.append(CheckResult("running lab", "note", message, "dockerd-lab down"))
    elif (home / "lab.json").exists():
        message = "a lab was killed; the kernel ended all of it, and the next run clears its files"
        results.append(CheckResult("earlier lab", "note", message))
    for part in sorted((user_cache() / "boxes").glob("*.part*")):
        if is_being_built(part):
            continue
        message = f"{part} is of a build that was killed"
        results.append(CheckResult("unfinished box", "note", message, "dockerd-lab clean"))
    return results
