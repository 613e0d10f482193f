"""Finds the cases of a project, and selects cases by name."""

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from dockerd_lab.cases.model import Case, load_case
from dockerd_lab.config.paths import DEBIANS_DOCKERD
from dockerd_lab.config.units import in_effect, read_unit, words
from dockerd_lab.errors import BadInput
from dockerd_lab.project import Project
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
    """Return the names of the units in provision/units."""
    return sorted(path.name for path in (project.data / "provision/units").glob("*"))


def check_unit(project: Project, name: str, place: str = "") -> None:
    """Raise BadInput if provision/units has no such unit; `place` begins the message."""
    units = unit_names(project)
    if name not in units:
        raise BadInput(f"{place}unknown unit {name!r}; provision/units has: {', '.join(units)}")


def packaged_dockerd(project: Project, unit: str) -> str:
    """Return where the packages whose docker.service it is have dockerd: their unit starts it.

    A unit that is not in provision/units is Debian's.
    """
    file = project.data / "provision/units" / unit / "docker.service"
    texts = {f"/etc/systemd/system/{file.name}": file.read_text()} if file.exists() else {}
    starts = in_effect(read_unit(file.name, texts), "ExecStart")
    return words(starts[-1].value)[0] if starts else DEBIANS_DOCKERD


def _matches(case: Case, pattern: str) -> bool:
    return fnmatchcase(case.name, pattern) or fnmatchcase(case.short_name, pattern)
