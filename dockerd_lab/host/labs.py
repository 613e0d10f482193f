"""Chooses the kind of lab, starts a lab, and finds the running one.

A lab keeps its files in one directory below the home, which is the project's state. There is one
directory per set of engines, and one lab at a time.
"""

import json
import os
from pathlib import Path

from dockerd_lab.errors import BadInput
from dockerd_lab.host import namespaces, own_libvirt, sandbox
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.own_libvirt import OwnLibvirt
from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.project import Project


def parallel_home(project: Project, name: str) -> Path:
    """Return a home for a lab that runs beside others of the same project."""
    return project.state / "parallel" / name


def kind() -> type[Lab]:
    """Return the kind of lab to start: a sandbox, unless LAB_SANDBOX is `off`.

    Raises BadInput for any other word.
    """
    word = os.environ.get("LAB_SANDBOX", "")
    if word not in ("", "off"):
        raise BadInput(f"LAB_SANDBOX is {word!r}; it may be `off`, or unset")
    return OwnLibvirt if word else Sandbox


def current(home: Path) -> Lab | None:
    """Return the lab that runs in this home, if one does.

    A lab.json of an older version counts as none.
    """
    try:
        facts = json.loads((home / "lab.json").read_text())
        common = home / facts["directory"], facts["driver"], facts["kept"]
        lab: Lab
        if facts["kind"] == Sandbox.kind:
            lab = Sandbox(*common, pid=facts["pid"], started=facts["started"])
        else:
            lab = OwnLibvirt(*common, runtime=Path(facts["runtime"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return lab if lab.alive() else None


def start(directory: Path, kernel: Path, *, kept: bool) -> Lab:
    """Start a lab on a directory of the home, and note where it is; there must be none.

    KVM is tried with a box's kernel. See `sandbox.start` and `own_libvirt.start`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    start_one = sandbox.start if kind() is Sandbox else own_libvirt.start
    lab = start_one(directory, kernel, kept=kept)
    try:
        write_lab_json(lab)
    except BaseException:
        lab.stop()
        raise
    return lab


def write_lab_json(lab: Lab) -> None:
    """Write the location of a lab to lab.json, for the next command."""
    facts = {
        "kind": lab.kind,
        "directory": lab.directory.name,
        "driver": lab.driver,
        "kept": lab.kept,
        **lab.facts(),
    }
    (lab.home / "lab.json").write_text(json.dumps(facts) + "\n")


def stop(lab: Lab) -> None:
    """End a lab, wait until it is gone, and forget it."""
    lab.stop()
    (lab.home / "lab.json").unlink(missing_ok=True)


def clear(directory: Path) -> None:
    """Remove the leftovers of an earlier lab: its disks, definitions and Vagrant's data."""
    for name in ("libvirt", "vagrant", "vagrant-home", "consoles", "snapshot.json", "vagrant.json"):
        namespaces.remove(directory / name)
