"""Enables what a boot runs only if it is enabled: whoever adds a unit to a machine enables it."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DOCKER_UNITS
from dockerd_lab.inputs import tree
from dockerd_lab.inputs.input import Input

#: Files that a boot runs only if they are executable, and says nothing if they are not.
_PROGRAMS = ("/etc/rc.local", "/etc/init.d/*", "*/systemd/system-generators/*")


@dataclass(frozen=True)
class Enabled:
    """The shell lines that enable units, and one sentence for the verdict for each."""

    lines: tuple[str, ...]
    notes: tuple[str, ...]


def enable_units(inputs: Input) -> Enabled:
    """Return what enables the input's units and init scripts that the input does not enable."""
    lines, notes = [], []
    for unit in _units_to_enable(inputs):
        quoted = shlex.quote(unit)
        lines.append(f"systemctl enable --no-reload --quiet {quoted} || echo {quoted}: not enabled")
        notes.append(f"{unit}: enabled (systemctl enable {unit})")
    for path, source in inputs.origins.items():
        name = PurePosixPath(path).name
        if source.is_symlink() or not any(fnmatchcase(path, each) for each in _PROGRAMS):
            continue
        if not tree.mode(source) & 0o100:
            lines.append(f"chmod 755 {shlex.quote(path)}")
            notes.append(f"{path}: made executable; a boot leaves it out otherwise")
        if path.startswith("/etc/init.d/") and not _is_linked(name, inputs.origins):
            lines.append(f"update-rc.d {shlex.quote(name)} defaults || echo {path}: not enabled")
            notes.append(f"{path}: enabled (update-rc.d {name} defaults)")
    return Enabled(tuple(lines), tuple(notes))


def _units_to_enable(inputs: Input) -> Iterator[str]:
    """Yield the units with an [Install] section that no file of the input enables."""
    dependencies = {
        path.name
        for path in map(PurePosixPath, [*inputs.origins, *inputs.enabling_links])
        if units.is_dependency(path)
    }
    for path, source in inputs.origins.items():
        name = PurePosixPath(path).name
        is_enabled = name in (*DOCKER_UNITS, *dependencies)
        if is_enabled or source.is_symlink() or not units.is_unit_file(path):
            continue
        keys = {each.key for each in units.assignments(path, inputs.texts.get(path, ""))}
        # A template is enabled for its default instance.
        is_template = "@." in name
        instances = [each for each in dependencies if each.startswith(name.partition(".")[0])]
        if is_template and ("DefaultInstance" not in keys or instances):
            continue
        if not keys.isdisjoint(units.INSTALL):
            yield name


def _is_linked(script: str, paths: Iterable[str]) -> bool:
    """Return whether a link in /etc/rc2.d and the like starts an init script."""
    return any(fnmatchcase(path, f"/etc/rc[S2-5].d/S??{script}") for path in paths)


def link_lines(inputs: Input) -> list[str]:
    """Return the lines that make the links by which the input enables units of its own."""
    return [
        f"mkdir -p {shlex.quote(str(PurePosixPath(link).parent))}; "
        f"ln -sfn {shlex.quote(target)} {shlex.quote(link)}"
        for link, target in inputs.enabling_links.items()
        if PurePosixPath(link).name not in DOCKER_UNITS
    ]
