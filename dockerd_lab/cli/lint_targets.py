"""Chooses what `lint` reads: the configurations of dockerd-lab.yaml, or what is named."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dockerd_lab.cli.case_names import path_of
from dockerd_lab.inputs.repository_path import repository_path
from dockerd_lab.lint.exceptions import Exceptions
from dockerd_lab.lint.facts import EngineFacts, choose_engines, load_facts
from dockerd_lab.lint.facts import engines as engines_with_facts
from dockerd_lab.lint.packaged import NO_UNITS, PACKAGED
from dockerd_lab.lint.rule import check_ids
from dockerd_lab.project import PROJECT_FILE, project_root

if TYPE_CHECKING:  # a project's file takes pydantic, which most inputs do not wait for
    from dockerd_lab.project import Project
    from dockerd_lab.project_file import IgnoredRule, ProjectFile
    from dockerd_lab.project_sources import Source


@dataclass(frozen=True)
class LintTarget:
    """One configuration, and how it is read."""

    paths: Sequence[Path]
    engines: Sequence[EngineFacts]
    unit: str = PACKAGED
    name: str = ""
    """What reports call it; empty for the name of its input."""
    exceptions: Exceptions = field(default_factory=Exceptions)
    own_units: Mapping[str, Path] = field(default_factory=lambda: NO_UNITS)
    file: str | None = None
    """The project's file, from the repository's root on, and the line that declares it."""
    line: int | None = None
    render: Callable[[Path], None] | None = None
    """Writes the configuration into a directory; None if its files are there."""


def lint_targets(
    paths: Sequence[Path], *, engines: Sequence[str], unit: str, alone: bool, run_commands: bool
) -> tuple[list[LintTarget], bool]:
    """Return what to read, and whether it is the project's configurations.

    Without paths that is all that the project declares; paths may name some of them. `alone` says
    that there is other input, which is no project's. What a command renders is left out unless
    `run_commands` is set. Raises BadInput where dockerd-lab.yaml is
    wrong.
    """
    root = project_root(Path.cwd())
    if root is None:
        chosen = choose_engines(engines)
        return [LintTarget([path_of(path) for path in paths], chosen, unit)], False
    from dockerd_lab.project import find_project  # noqa: PLC0415
    from dockerd_lab.project_file import read_project_file  # noqa: PLC0415
    from dockerd_lab.project_sources import is_selected, sources_of  # noqa: PLC0415

    project, declared = find_project(), read_project_file(root / PROJECT_FILE)
    own_engines = {name: engine.docker for name, engine in declared.engines.items()}
    chosen = choose_engines([own_engines.get(each, each) for each in engines])
    file = repository_path(root / PROJECT_FILE)
    sources = list(sources_of(project, declared)) if not alone else []
    names = list(map(str, paths))
    if sources and all(any(is_selected(each, [name]) for each in sources) for name in names):
        wanted = [each for each in sources if not names or is_selected(each, names)]
        from_options = chosen if engines else None
        targets = [
            _of_project(project, declared, each, engines=from_options, unit=unit)
            for each in wanted
            if each.declared.render is None or run_commands or _leave_out(each)
        ]
        return targets, True
    exceptions = Exceptions(_ignored(declared.lint_ignore, root))
    found = [path_of(path) for path in paths]
    return [LintTarget(found, chosen, unit, exceptions=exceptions, file=file)], False


def _leave_out(source: "Source") -> bool:
    """Tell that a configuration is not read, which a command renders; return False."""
    print(
        f"dockerd-lab: {source.name} is not read: a command of the project renders it; --render"
        " runs it",
        file=sys.stderr,
    )
    return False


def _of_project(
    project: "Project",
    declared: "ProjectFile",
    source: "Source",
    *,
    engines: Sequence[EngineFacts] | None,
    unit: str,
) -> LintTarget:
    from dockerd_lab.cases.units import unit_directories  # noqa: PLC0415

    own = source.declared
    levels = own.policy.over(declared.policy).permissions()
    return LintTarget(
        [Path(os.path.relpath(path)) for path in source.paths],
        engines or _engines(own.run_on or declared.run_on, declared, source.name),
        (own.unit or declared.unit or PACKAGED) if unit == PACKAGED else unit,
        source.name,
        Exceptions(
            _ignored([*declared.lint_ignore, *own.lint_ignore], project.root),
            own.allow_insecure or "",
            {who: (each.level, each.reason or "") for who, each in levels.items()},
        ),
        unit_directories(project) if declared.units else NO_UNITS,
        repository_path(project.root / PROJECT_FILE),
        source.line,
        _renderer(project, source),
    )


def _renderer(project: "Project", source: "Source") -> Callable[[Path], None] | None:
    """Return what fills a directory with a configuration, if a command renders it."""
    if source.declared.render is None:
        return None
    from dockerd_lab.validate.render import render  # noqa: PLC0415

    command, limit = source.declared.render, source.declared.render_seconds
    return lambda into: render(command, project.root, into, limit=limit, place=source.place)


def _engines(names: Sequence[str], declared: "ProjectFile", name: str) -> list[EngineFacts]:
    """Return the facts for the engines of a configuration, as far as there are any."""
    if not names:
        return choose_engines([])
    versions = {each: load_facts(each).docker for each in engines_with_facts()}
    wanted = {
        each: engine
        for each in names
        for engine, version in versions.items()
        if engine == each or (each in declared.engines and declared.engines[each].docker == version)
    }
    for each in names:
        if each not in wanted:
            print(f"dockerd-lab: {name}: nothing is known about {each}", file=sys.stderr)
    return choose_engines(list(wanted.values())) if wanted else []


def _ignored(rules: Sequence["IgnoredRule"], root: Path) -> dict[str, str]:
    """Return the reasons by rule; raises BadInput for a rule that there is not."""
    check_ids([each.rule for each in rules], str(root / PROJECT_FILE))
    return {each.rule: each.reason for each in rules}
