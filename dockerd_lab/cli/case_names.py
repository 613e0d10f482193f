"""Finds the directory that an argument means: the path, or the case that `list` calls so."""

from pathlib import Path

from dockerd_lab.inputs.tree import STDIN
from dockerd_lab.project import find_project


def path_of(argument: Path) -> Path:
    """Return the path itself if it exists; otherwise the directory of the case with this name.

    Where there is no such case either, it is the path, which whoever reads it reports.
    """
    if argument == STDIN or argument.exists() or argument.is_symlink():
        return argument
    from dockerd_lab.cases.discover import find_cases  # noqa: PLC0415  (`lint` reads few cases)

    cases = {case.name: case.directory for case in find_cases(find_project())}
    return cases.get(str(argument), argument)
