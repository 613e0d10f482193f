"""Reads what a box is made of: the recipe in provision/box, and an engine's own packages."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from dockerd_lab.engines import Engine
from dockerd_lab.project import Project


def cache_key(project: Project, engines: Mapping[str, Engine]) -> str:
    """Return a key for the boxes of these engines, the same on every computer.

    It changes with the recipe, the suites, the versions and the packages, and not with the ssh key.
    """
    digest = hashlib.sha256(recipe_of(project))
    for name, engine in sorted(engines.items()):
        digest.update(f"\0{name} {engine.suite} {engine.docker}".encode())
        for package in packages_of(project, engine):
            digest.update(f"\0{package.name} {package.stat().st_size}".encode())
    return f"dockerd-lab-{'-'.join(sorted(engines))}-{digest.hexdigest()[:12]}"


def recipe_of(project: Project) -> bytes:
    """Return the names and contents of the recipe's files."""
    recipe = project.data / "provision/box"
    files = sorted(path for path in recipe.rglob("*") if path.is_file())
    return b"".join(f"\0{p.relative_to(recipe)}\0".encode() + p.read_bytes() for p in files)


def packages_of(project: Project, engine: Engine) -> list[Path]:
    """Return the .deb files that an engine is installed from; none for the suite's own."""
    return (
        sorted((project.root / engine.packages).glob("*.deb"))
        if engine.packages is not None
        else []
    )
