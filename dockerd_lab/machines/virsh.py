"""Controls the machines with virsh and QEMU's monitor."""

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import run as run_on_computer
from dockerd_lab.host.lab import Lab
from dockerd_lab.settings import Machines

#: Seconds saving or restoring one machine may take; it takes less than 1.
SNAPSHOT_LIMIT = 180
#: The hint for a machine that can no longer be used.
NEW_MACHINES = "dockerd-lab down   # ends the lab; the next command starts new machines"


def run(lab: Lab, what: str, *args: str) -> str:
    """Run virsh on the lab's libvirt and return what it printed; raises HarnessError."""
    # Its output is parsed, and must be in English.
    argv = lab.argv_inside(["env", "LC_ALL=C.UTF-8", "virsh", "--connect", "qemu:///system", *args])
    try:
        return run_on_computer(argv, what=what, timeout=SNAPSHOT_LIMIT).stdout
    except HarnessError as error:
        lab.require_alive(grace=2)
        raise HarnessError(error.message, error.hint or NEW_MACHINES) from None


def monitor(lab: Lab, machine: str, command: str) -> None:
    """Run a command in QEMU's monitor; raises HarnessError if it prints anything: an error."""
    what = f"{machine}: {command}"
    output = run(lab, what, "qemu-monitor-command", lab.domain(machine), "--hmp", command).strip()
    if output:
        raise HarnessError(f"{what}: QEMU says: {output}", NEW_MACHINES)


def delete_volumes(lab: Lab, prefix: str) -> None:
    """Delete the volumes of the default pool whose names have a prefix."""
    lines = run(lab, "listing the volumes", "vol-list", "--pool", "default").splitlines()
    for name in (line.split()[0] for line in lines if line.strip().startswith(prefix)):
        run(lab, f"deleting volume {name}", "vol-delete", "--pool", "default", name)


def states(lab: Lab) -> dict[str, str]:
    """Return the state of every machine of a running lab, in libvirt's words."""
    lines = run(lab, "listing the machines", "list", "--all").splitlines()[2:]
    rows = (line.split(None, 2) for line in lines if line.strip())
    by_domain = {name: state.strip() for _, name, state in rows}
    # This computer's own libvirt has other machines too.
    domains = {machine: lab.domain(machine) for machine in Machines.model_fields}
    return {m: by_domain[domain] for m, domain in domains.items() if domain in by_domain}
