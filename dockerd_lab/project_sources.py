"""Lists the configurations that a project's dockerd-lab.yaml declares, with their paths."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from dockerd_lab.errors import BadInput
from dockerd_lab.project import Project
from dockerd_lab.project_file import Configuration, ProjectFile, project_file
from dockerd_lab.yamlfile import line_of, place_of


@dataclass(frozen=True)
class Source:
    """Where a target comes from."""

    name: str
    paths: tuple[Path, ...]
    """Its files and directories; none if it is rendered."""
    declared: Configuration
    place: str
    """The file and line for messages."""
    line: int | None
    """Its line in dockerd-lab.yaml."""


def sources_of(project: Project, declared: ProjectFile) -> Iterator[Source]:
    """Yield each configuration; raises BadInput for a path that does not exist, or a name twice."""
    names: set[str] = set()
    for number, each in enumerate(declared.configurations):
        place = place_of(project_file(project), "configurations", number)
        configurations = _paths(project, each, place)
        if each.name is not None and len(configurations) > 1:
            count = len(configurations)
            raise BadInput(f"{place}: one name for {count} configurations: leave it out")
        for paths in configurations:
            name = each.name or str(paths[0].relative_to(project.root))
            if name in names:
                raise BadInput(f"{place}: {name} is there twice; give one of them another name")
            names.add(name)
            line = line_of(project_file(project), "configurations", number)
            yield Source(name, paths, each, place, line)


def is_named(name: str, pattern: str) -> bool:
    """Return whether a configuration's name is this one, or matches it as a glob."""
    return fnmatchcase(name, pattern)


def _paths(project: Project, declared: Configuration, place: str) -> list[tuple[Path, ...]]:
    """Return the paths of each configuration; raises BadInput if there are none.

    A glob has one per match, sorted. What is rendered has no path yet.
    """
    if declared.render is not None:
        return [()]
    found: list[Path] = []
    for pattern in declared.files or [declared.path or ""]:
        matches = sorted(project.root.glob(pattern.rstrip("/")))
        if not matches:
            raise BadInput(f"{place}: no {pattern} in {project.root}")
        found += matches
    return [tuple(found)] if declared.files else [(path,) for path in found]


def is_selected(source: Source, patterns: Sequence[str]) -> bool:
    """Return whether a configuration has one of these names or paths."""
    return any(
        is_named(source.name, pattern) or source.paths == (Path(os.path.abspath(pattern)),)
        for pattern in patterns
    )
