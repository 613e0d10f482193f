"""Finds the cases of a checkout, and selects some of them."""

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from dockerd_lab.cases.model import Case, load_case
from dockerd_lab.errors import BadInput
from dockerd_lab.yamlfile import place_of

#: The groups of cases under provision/; a case is a directory in one of them.
GROUPS = ("methods", "failures")


def find_cases(root: Path) -> list[Case]:
    """All cases under `root`/provision, methods first; raises BadInput where one is wrong."""
    cases = [
        load_case(f"{group}/{directory.name}", directory)
        for group in GROUPS
        for directory in sorted((root / "provision" / group).glob("*/"))
    ]
    names = [case.short_name for case in cases]
    for case in cases:
        for unit in case.spec.units:
            check_unit(root, unit, f"{place_of(case.directory / 'case.yaml', 'units', unit)}: ")
        if names.count(case.short_name) > 1:
            raise BadInput(f"{case.directory}: another case is called {case.short_name} too")
    return cases


def select(cases: Sequence[Case], patterns: Sequence[str]) -> list[Case]:
    """The cases that any pattern selects: an exact name, or a glob; all when there is no pattern.

    A name may be given with or without its group: `daemon-json` is `methods/daemon-json`, and does
    not select `methods/daemon-json-loopback`. Raises BadInput for a pattern that selects nothing.
    """
    for pattern in patterns:
        if not any(_matches(case, pattern) for case in cases):
            names = [case.short_name for case in cases]
            near = difflib.get_close_matches(pattern.rpartition("/")[2], names, 3, 0.5)
            also = f"; like it: {', '.join(near)}" if near else ""
            raise BadInput(f"no case is called {pattern!r}{also}", "dockerd-lab list   # all")
    return [c for c in cases if not patterns or any(_matches(c, p) for p in patterns)]


def check_unit(root: Path, name: str, at: str = "") -> None:
    """Raise BadInput, which begins with `at`, where `root`/provision/units has no such unit."""
    units = sorted(path.name for path in (root / "provision/units").glob("*"))
    if name not in units:
        raise BadInput(f"{at}unknown unit {name!r}; provision/units has: {', '.join(units)}")


def _matches(case: Case, pattern: str) -> bool:
    return fnmatchcase(case.name, pattern) or fnmatchcase(case.short_name, pattern)
