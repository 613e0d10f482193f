"""Finds the Docker configurations in a repository."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dockerd_lab.config.paths import DEFAULTS, NGINX, UNITS
from dockerd_lab.inputs.layout import TOP
from dockerd_lab.inputs.recognise import TEMPLATES, recognise_destination

#: Directories that hold no configuration of the repository's own.
_SKIPPED = ("node_modules", "__pycache__", "site-packages", "dist", "build")
#: A repository with more files than this is looked at only so far.
_MAX_FILES = 50_000
#: A larger file (bytes) is no configuration.
_MAX_BYTES = 64_000
#: Docker's own units, whose drop-ins are below NAME.d.
_UNITS = ("docker.service", "docker.socket")
#: Other files are read if they have one of these suffixes.
_READ = (".conf", ".yaml", ".yml")
#: How Jinja, ERB and Mako mark what they replace. Go's `{{.Name}}` belongs to daemon.json's tags.
_TEMPLATE_MARK = re.compile(r"\{%|<%|\{\{-?\s*[A-Za-z_][\w.\[\]'\"]*\s*(\||-?\}\})")


@dataclass(frozen=True)
class Found:
    """What is in a repository; the paths are relative to its root."""

    configurations: dict[str, list[str]]
    """The files and directories of each configuration, by its name."""
    templates: list[str]
    """Files that have to be rendered first, and files of cloud-init with Docker's inside."""


def find_configurations(root: Path) -> Found:
    """Return the configurations below `root`, by the names and places of their files."""
    places: dict[str, set[str]] = {}
    templates = []
    for path in _files(root):
        bare = path.with_suffix("") if path.suffix in TEMPLATES else path
        text = _text(root / path) if _is_candidate(bare) else None
        if text is None:
            continue
        if _is_cloud_config(text):
            templates.append(str(path))
        elif _is_dockers(root / path.parent, bare, text):
            if bare != path or _is_template(text):
                templates.append(str(path))
            else:
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


def _text(file: Path) -> str | None:
    """Return the text of a file; None if it is none, or too large for a configuration."""
    try:
        return file.read_text(encoding="utf-8-sig") if file.stat().st_size <= _MAX_BYTES else None
    except (OSError, ValueError):
        return None


def _is_candidate(path: PurePosixPath) -> bool:
    """Return whether a file may be Docker's, by its name and place, and is worth reading."""
    return path.suffix in _READ or path.name == "user-data" or _has_dockers_name(path)


def _has_dockers_name(path: PurePosixPath) -> bool:
    """Return whether a file is dockerd's configuration, by its name and place.

    >>> _has_dockers_name(PurePosixPath("roles/docker/files/docker.service.d/override.conf"))
    True
    """
    in_drop_ins = path.suffix == ".conf" and path.parent.name in {f"{unit}.d" for unit in _UNITS}
    is_defaults = f"/{path}".endswith(DEFAULTS.removeprefix("/etc"))
    return path.name in ("daemon.json", *_UNITS) or in_drop_ins or is_defaults


def _is_dockers(directory: Path, path: PurePosixPath, text: str) -> bool:
    """Return whether a file in `directory` decides who reaches dockerd.

    A drop-in or a file of nginx may have any name, and belong to something else than Docker.
    """
    if path.name == "daemon.json":  # other programs have one as well, which is a list
        return text.lstrip().startswith("{") or _is_template(text)
    if _has_dockers_name(path):
        return True
    if path.suffix != ".conf":
        return False
    destination = recognise_destination(path, text) or ""
    if destination.startswith(f"{NGINX}/"):
        return "docker.sock" in text
    about_docker = "docker" in f"{path} {text}".lower() or (directory / "daemon.json").exists()
    return destination.startswith(f"{UNITS}/docker.") and about_docker


def _is_template(text: str) -> bool:
    """Return whether a text without a template's suffix has to be rendered.

    >>> _is_template('{"hosts": ["{{ listen }}"]}'), _is_template('{"log-opts": "{{.Name}}"}')
    (True, False)
    """
    return _TEMPLATE_MARK.search(text) is not None


def _is_cloud_config(text: str) -> bool:
    """Return whether a text is cloud-init's, and writes Docker's configuration."""
    names = ("/etc/docker/daemon.json", *(f"{unit}.d" for unit in _UNITS), DEFAULTS)
    return text.startswith("#cloud-config") and any(name in text for name in names)


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
    name = place.parent.parent if place.parent.name == "default" else place.parent
    return (str(name) if name.parts else "docker", str(place))
