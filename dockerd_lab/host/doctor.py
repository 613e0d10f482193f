"""Looks at this computer for `dockerd-lab doctor`: all checks, KVM by trying, boxes, leftovers."""

import getpass
import tempfile
from pathlib import Path

from dockerd_lab.errors import LabError
from dockerd_lab.host import checks, labs, qemu_user
from dockerd_lab.host.boxes import being_built, find_box
from dockerd_lab.host.checks import Finding
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.namespaces import is_root
from dockerd_lab.project import Project, user_cache
from dockerd_lab.settings import Settings

#: Bytes of disk that a box and a project's saved machines take.
BOX_BYTES = 1_000_000_000
LAB_BYTES = 3_000_000_000
#: QEMU's own memory beside a machine's; most of it is TCG's translation cache.
QEMU_BYTES = 900_000_000


def examine(project: Project, settings: Settings) -> list[Finding]:
    """Everything there is to say about this computer, the reasons for trouble first."""
    machines = [machine for _, machine in settings.machines.items()]
    needed = sum(machine.memory * 1024 * 1024 + QEMU_BYTES for machine in machines)
    findings = [checks.system(), checks.versions(), *checks.find(checks.FOR_A_LAB)]
    can_start = all(finding.state != "missing" for finding in findings)
    return [
        *findings,
        *(_lab(project, settings) if can_start else []),
        checks.disk(user_cache(), BOX_BYTES),
        checks.disk(project.state, LAB_BYTES),
        checks.memory(needed),
        # Which box it is depends on the lab's key, which ssh-keygen makes.
        *(_box(project, settings, name) for name in settings.engines if can_start),
        *_leftovers(project),
    ]


def _lab(project: Project, settings: Settings) -> list[Finding]:
    """What runs the machines, and as whom: as the lab that runs has it, or one without machines."""
    boxes = [find_box(project, name, engine) for name, engine in settings.engines.items()]
    built = [box for box in boxes if box.built]
    if not built:
        mend = f"dockerd-lab box build {settings.engine_of('daemon')}"
        return [Finding("KVM", "note", "tried with a box's kernel, and none is built yet", mend)]
    running = labs.current(project.state)
    try:
        if running is not None:
            return [_kvm(running.driver), isolation(running)]
        with tempfile.TemporaryDirectory() as place:
            trial = labs.start(Path(place) / "lab", built[0].kernel, kept=False)
            findings = [_kvm(trial.driver), isolation(trial)]
            labs.stop(trial)
            labs.clear(trial.directory)
            return findings
    except LabError as error:
        return [Finding("lab", "missing", f"it does not start: {error.message}", error.hint)]


def _kvm(driver: str) -> Finding:
    """Whether the machines run on KVM."""
    if driver == "kvm":
        return Finding("KVM", "ok", "a guest was run with it")
    if not Path("/dev/kvm").exists():
        why, mend = "there is no /dev/kvm", "sudo modprobe kvm_intel   # or kvm_amd"
    else:
        why, mend = "/dev/kvm is there, but no guest runs with it", ""
    return Finding("KVM", "note", f"{why}: machines are emulated (TCG), and slower", mend)


def isolation(of: Lab) -> Finding:
    """What protects this computer from a guest that breaks out of QEMU."""
    name, user = "isolation", qemu_user.configured(of.directory)
    if user is None:
        message = (
            "LAB_SANDBOX=off: QEMU runs as this computer's own libvirt has it, on its networks"
        )
        return Finding(name, "note", message)
    spaces = "network, mount and process namespaces in which only the lab's files can be written"
    if is_root():
        who = "a user id that is nobody's on this computer"
        return Finding(name, "ok", f"QEMU runs as {who}, without capabilities, in {spaces}")
    me, spaces = getpass.getuser(), f"user, {spaces}"
    if user == 0:
        message = (
            f"QEMU runs as {me}, to whom alone /dev/kvm opens, without capabilities, in {spaces}"
        )
        return Finding(name, "note", message, f"sudo usermod --append --groups kvm {me}")
    who = f"a subordinate user of {me} (/etc/subuid)"
    return Finding(name, "ok", f"QEMU runs as {who}, without capabilities, in {spaces}")


def _box(project: Project, settings: Settings, name: str) -> Finding:
    box = find_box(project, name, settings.engine(name))
    if not box.built:
        return Finding(f"box {name}", "note", "not built", f"dockerd-lab box build {name}")
    try:
        box.check()
    except LabError as error:
        return Finding(f"box {name}", "missing", error.message, error.hint)
    return Finding(f"box {name}", "ok", f"{box.size // 1_000_000} MB in {box.directory}")


def _leftovers(project: Project) -> list[Finding]:
    """What an earlier run left that no longer serves."""
    home = project.state
    findings = []
    running = labs.current(home)
    if running is not None:
        message = f"{running.description}, in {running.directory}"
        findings.append(Finding("running lab", "note", message, "dockerd-lab down"))
    elif (home / "lab.json").exists():
        message = "a lab was killed; the kernel ended all of it, and the next run clears its files"
        findings.append(Finding("earlier lab", "note", message))
    for part in sorted((user_cache() / "boxes").glob("*.part*")):
        if being_built(part):
            continue
        message = f"{part} is of a build that was killed"
        findings.append(Finding("unfinished box", "note", message, "dockerd-lab clean"))
    return findings
