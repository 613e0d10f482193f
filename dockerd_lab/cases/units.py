"""Finds the docker.service files that can take the packaged one's place."""

from pathlib import Path

from dockerd_lab.config.paths import DEBIANS_DOCKERD
from dockerd_lab.config.units import in_effect, read_unit, words
from dockerd_lab.errors import BadInput
from dockerd_lab.project import Project
from dockerd_lab.project_file import load_project_file, project_file
from dockerd_lab.yamlfile import place_of


def unit_names(project: Project) -> list[str]:
    """Return the names of the units that ship with dockerd-lab, and of the project's own."""
    return sorted(unit_directories(project))


def unit_directories(project: Project) -> dict[str, Path]:
    """Return the directories with a docker.service, by the unit's name: shipped ones and own.

    Raises BadInput if the project declares one that is not there, or has a shipped one's name.
    """
    units = {path.name: path for path in (project.data / "provision/units").glob("*")}
    for number, pattern in enumerate(load_project_file(project).units):
        place = place_of(project_file(project), "units", number)
        own = [path.parent for path in project.root.glob(f"{pattern.rstrip('/')}/docker.service")]
        if not own:
            raise BadInput(f"{place}: no directory with a docker.service: {pattern}")
        for path in own:
            if path.name in units:
                raise BadInput(f"{place}: there is a unit {path.name} already; choose another name")
            units[path.name] = path
    return units


def check_unit(project: Project, name: str, place: str = "") -> None:
    """Raise BadInput if there is no such unit; `place` begins the message."""
    units = unit_names(project)
    if name not in units:
        raise BadInput(f"{place}unknown unit {name!r}; there are: {', '.join(units)}")


def packaged_dockerd(project: Project, unit: str) -> str:
    """Return where the packages whose docker.service it is have dockerd: their unit starts it.

    A unit that is neither shipped nor the project's own is Debian's.
    """
    directory = unit_directories(project).get(unit)
    name = "docker.service"
    texts = {f"/etc/systemd/system/{name}": (directory / name).read_text()} if directory else {}
    starts = in_effect(read_unit(name, texts), "ExecStart")
    return words(starts[-1].value)[0] if starts else DEBIANS_DOCKERD


def linked_unit(directory: Path) -> str | None:
    """Return the unit that the link `unit` of a case names, as older cases have it.

    It is never followed: a copy of the case may lie where its target does not.
    """
    link = directory / "unit"
    return link.readlink().name if link.is_symlink() else None
