"""Reads and writes the record of the machines' snapshot: snapshot.json in the lab's directory."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dockerd_lab.host.boxes import Box
from dockerd_lab.host.lab import Lab
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings


def write(lab: Lab, project: Project, key: str, versions: Mapping[str, str]) -> None:
    """Record a saved snapshot: its key, the accelerator, the sizes of the disks, and the places."""
    places = places_of(lab.directory, project)
    facts = {"key": key, "driver": lab.driver, "versions": versions, "sizes": disks(lab)}
    write_facts(lab.directory, {**facts, "places": places})


def write_facts(directory: Path, facts: Mapping[str, Any]) -> None:
    """Write the record in a lab's directory, whole or not at all."""
    part = directory / "snapshot.json.part"
    part.write_text(json.dumps(facts, indent=1) + "\n")
    part.replace(directory / "snapshot.json")


def places_of(directory: Path, project: Project) -> dict[str, str]:
    """Return the absolute paths that are in Vagrant's own records."""
    return {"project": str(project.data), "directory": str(directory)}


def is_valid(directory: Path, key: str, project: Project) -> bool:
    """Return whether a lab's directory has a snapshot with this key, and has not been moved."""
    facts = read(directory)
    return (facts.get("key"), facts.get("places")) == (key, places_of(directory, project))


def read(directory: Path) -> dict[str, Any]:
    """Return the record in a lab's directory; it is empty if no machines were saved."""
    try:
        facts = json.loads((directory / "snapshot.json").read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) and "sizes" in facts else {}


def key(project: Project, settings: Settings, boxes: Mapping[str, Box]) -> str:
    """Return a hash of all that a snapshot depends on: the boxes, and the machines' files."""
    digest = hashlib.sha256()
    for name, machine in settings.machines.items():
        digest.update(f"{name} {machine.cpus}\n".encode())
    for name, box in boxes.items():
        digest.update(f"{name} {box.directory.name} {box.build}\n".encode())
    provision = (f"provision/{name}" for name in ("setup.sh", "network.xml", "runner.py"))
    for file in ("Vagrantfile", "lab.yaml", *provision):
        digest.update((project.data / file).read_bytes())
    return digest.hexdigest()


def disks(lab: Lab) -> dict[str, int]:
    """Return the sizes of the machines' disks, with their snapshots, in bytes."""
    images = lab.directory / "libvirt/lib/images"
    files = images.iterdir() if images.is_dir() else ()
    return {file.name: file.stat().st_size for file in files}
