"""Finds the cases of a project, and selects cases by name."""

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from dockerd_lab.cases.model import Case, load_case
from dockerd_lab.cases.units import check_unit
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


def _matches(case: Case, pattern: str) -> bool:
    return fnmatchcase(case.name, pattern) or fnmatchcase(case.short_name, pattern)
