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


def apply(lab: Lab, root: Path, case: Case) -> str:
    """Apply a case and return what apply.sh printed.

    Raises HarnessBroke when the case could not be applied; a dockerd that does not start with it
    is no error here.
    """
    command = f"rm -rf {PLACE} && mkdir {PLACE} && tar -xf - -C / && sh {APPLY} {PLACE}"
    what = f"applying {case.name}"
    done = ssh.run(
        lab, "daemon", command, what=what, timeout=APPLY_LIMIT, stdin=_parcel(root, case)
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0:
        raise HarnessBroke(f"{what}: exit code {done.returncode}" + last_lines(said))
    return said


def _parcel(root: Path, case: Case) -> bytes:
    """The case's directory and apply.sh as a tar archive, to be unpacked at the machine's root."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(case.directory, arcname=PLACE, filter=_roots)
        tar.add(root / "provision/apply.sh", arcname=APPLY, filter=_roots)
    return buffer.getvalue()


def _roots(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
