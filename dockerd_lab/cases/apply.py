"""Applies a case to `daemon`: the directory goes there, and provision/apply.sh does the rest."""

import io
import tarfile
from pathlib import Path

from dockerd_lab.cases.model import Case
from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh

#: Where the case lies on the machine; Vagrant's provisioner uses the same place.
PLACE = "/tmp/case"  # noqa: S108  (on the machine)
APPLY = "/tmp/apply.sh"  # noqa: S108  (on the machine)
#: Seconds apply.sh may take: its own limits (120 to restart, 30 to answer) and room.
APPLY_LIMIT = 180


def apply(lab: Lab, root: Path, case: Case, unit: str | None = None) -> str:
    """Apply a case and return what apply.sh printed.

    `unit` names a docker.service of provision/units that takes the place of the packaged one first.
    Raises HarnessBroke when the case could not be applied; a dockerd that does not start with it
    is no error here.
    """
    return _run(lab, f"applying {case.name}", "", _parcel(root, case, unit))


def after_boot(lab: Lab, root: Path, case: Case, unit: str | None = None) -> str:
    """Wait, on a machine that was rebooted, for what the boot made of the applied case."""
    return _run(lab, f"{case.name} after a reboot", "booted", _parcel(root, case, unit))


def _run(lab: Lab, what: str, argument: str, parcel: bytes) -> str:
    command = f"rm -rf {PLACE} && mkdir {PLACE} && tar -xf - -C / && sh {APPLY} {PLACE} {argument}"
    done = ssh.run(lab, "daemon", command, what=what, timeout=APPLY_LIMIT, stdin=parcel)
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0:
        raise HarnessBroke(f"{what}: exit code {done.returncode}" + last_lines(said))
    return said


def _parcel(root: Path, case: Case, unit: str | None) -> bytes:
    """The case's directory and apply.sh as a tar archive, to be unpacked at the machine's root."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(case.directory, arcname=PLACE, filter=_roots)
        if unit is not None:
            tar.add(root / "provision/units" / unit, arcname=f"{PLACE}/unit", filter=_roots)
        tar.add(root / "provision/apply.sh", arcname=APPLY, filter=_roots)
    return buffer.getvalue()


def _roots(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
