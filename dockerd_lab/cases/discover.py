"""Finds the cases of a project, and selects cases by name."""

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from dockerd_lab.cases.model import Case, load_case
from dockerd_lab.config.paths import DEBIANS_DOCKERD
from dockerd_lab.config.units import in_effect, read_unit, words
from dockerd_lab.errors import BadInput
from dockerd_lab.project import Project
from dockerd_lab.project_file import load_project_file, project_file
from dockerd_lab.yamlfile import place_of

#: The categories of cases under provision/; a case is a directory in one of them.
CATEGORIES = ("methods", "failures")


def find_cases(project: Project) -> list[Case]:
    """Return all cases, methods first; raises BadInput if one is invalid."""
    cases = [
        load_case(f"{category}/{directory.name}", directory)
        for category in CATEGORIES
        for directory in sorted((project.data / "provision" / category).glob("*/"))
    ]
    names = [case.short_name for case in cases]
    for case in cases:
        if case.unit is not None:
            check_unit(project, case.unit, f"{place_of(case.directory / 'case.yaml', 'unit')}: ")
        for unit in case.spec.units:
            check_unit(project, unit, f"{place_of(case.directory / 'case.yaml', 'units', unit)}: ")
        if names.count(case.short_name) > 1:
            raise BadInput(f"{case.directory}: another case is called {case.short_name} too")
    return cases


def select(cases: Sequence[Case], patterns: Sequence[str]) -> list[Case]:
    """Return the cases that match any pattern, a name or a glob; without patterns, all cases.

    A name may be with or without its category: `daemon-json` matches `methods/daemon-json`, but not
    `methods/daemon-json-loopback`. Raises BadInput for a pattern that matches no case.
    """
    for pattern in patterns:
        if not any(_matches(case, pattern) for case in cases):
            names = [case.short_name for case in cases]
            similar = difflib.get_close_matches(pattern.rpartition("/")[2], names, 3, 0.5)
            suggestion = f"; like it: {', '.join(similar)}" if similar else ""
            raise BadInput(f"no case is called {pattern!r}{suggestion}", "dockerd-lab list   # all")
    return [
        case
        for case in cases
        if not patterns or any(_matches(case, pattern) for pattern in patterns)
    ]


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


def _matches(case: Case, pattern: str) -> bool:
    return fnmatchcase(case.name, pattern) or fnmatchcase(case.short_name, pattern)
