"""Finds the Docker configurations in a repository."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dockerd_lab.config.paths import UNITS
from dockerd_lab.inputs.layout import TOP
from dockerd_lab.inputs.recognise import TEMPLATES, recognise_destination

#: Directories that hold no configuration of the repository's own.
_SKIPPED = ("node_modules", "__pycache__", "site-packages", "dist", "build")
#: A repository with more files than this is looked at only so far.
_MAX_FILES = 50_000
#: A larger file (bytes) is no drop-in.
_MAX_BYTES = 64_000
#: Docker's own units, whose drop-ins are below NAME.d.
_UNITS = ("docker.service", "docker.socket")


@dataclass(frozen=True)
class Found:
    """What is in a repository; the paths are relative to its root."""

    configurations: dict[str, list[str]]
    """The files and directories of each configuration, by its name."""
    templates: list[str]
    """Files that have to be rendered first."""


def find_configurations(root: Path) -> Found:
    """Return the configurations below `root`, by the names and places of their files."""
    places: dict[str, set[str]] = {}
    templates = []
    for path in _files(root):
        if path.suffix in TEMPLATES and _is_dockers(path.with_suffix("")):
            templates.append(str(path))
        elif (
            _is_object(root / path)
            if path.name == "daemon.json"
            else _is_dockers(path) or _is_drop_in(root / path)
        ):
            name, part = _place(path)
            places.setdefault(name, set()).add(part)
    return Found({name: sorted(parts) for name, parts in sorted(places.items())}, templates)


def _files(root: Path) -> Iterator[PurePosixPath]:
    """Yield the files below a directory, without hidden and generated ones, in a fixed order."""
    count = 0
    for directory, subdirectories, files in os.walk(root):
        here = Path(directory)
        subdirectories[:] = sorted(
            name
            for name in subdirectories
            if not name.startswith(".")
            and name not in _SKIPPED
            and not (here / name / "pyvenv.cfg").exists()
            and not (here / name).is_symlink()
        )
        for name in sorted(files):
            count += 1
            if count > _MAX_FILES:
                return
            if not (here / name).is_symlink():
                yield PurePosixPath((here / name).relative_to(root).as_posix())


def _is_dockers(path: PurePosixPath) -> bool:
    """Return whether a file is dockerd's configuration, by its name and place.

    >>> _is_dockers(PurePosixPath("roles/docker/files/docker.service.d/override.conf"))
    True
    """
    in_drop_ins = path.suffix == ".conf" and path.parent.name in {f"{unit}.d" for unit in _UNITS}
    return path.name in ("daemon.json", *_UNITS) or in_drop_ins


def _is_drop_in(file: Path) -> bool:
    """Return whether a file somewhere is a drop-in of docker's units, by its content."""
    try:
        if file.suffix != ".conf" or file.stat().st_size > _MAX_BYTES:
            return False
        destination = recognise_destination(PurePosixPath(file), file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return destination is not None and destination.startswith(f"{UNITS}/docker.")


def _is_object(file: Path) -> bool:
    """Return whether a daemon.json is JSON: a template may have the name of what it renders to."""
    try:
        return isinstance(json.loads(file.read_text(encoding="utf-8-sig")), dict)
    except (OSError, ValueError):
        return False


def _place(path: PurePosixPath) -> tuple[str, str]:
    """Return the name of the configuration that a file belongs to, and what of it to validate.

    That is the directory laid out like the machine, or the file or directory of drop-ins itself.

    >>> _place(PurePosixPath("hosts/web/etc/docker/daemon.json"))
    ('hosts/web', 'hosts/web')
    >>> _place(PurePosixPath("files/daemon.json"))
    ('files', 'files/daemon.json')
    """
    for number, part in enumerate(path.parts[:-1]):
        if part in TOP and path.parts[number + 1 : number + 2] != ():
            above = PurePosixPath(*path.parts[:number])
            if above.name == "rootfs":
                above = above.parent
            whole = str(above) if above.parts else part if part in ("etc", "usr") else "."
            return (whole, whole)
    place = path.parent if path.parent.name.endswith(".d") else path
    name = place.parent
    return (str(name) if name.parts else "docker", str(place))
