"""Validates the configurations of a project, as its dockerd-lab.yaml declares them."""

import os
import re
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.digest import digest
from dockerd_lab.judge.permissions import Permissions
from dockerd_lab.machines.running import running
from dockerd_lab.progress import say
from dockerd_lab.project import Project
from dockerd_lab.project_file import (
    Configuration,
    ProjectFile,
    load_project_file,
    project_file,
)
from dockerd_lab.settings import Settings
from dockerd_lab.standins.prepared import Prepared
from dockerd_lab.validate.render import render
from dockerd_lab.validate.run import (
    PACKAGED,
    JudgedTrial,
    ValidateRequest,
    engines_of,
    prepared,
    try_on,
)
from dockerd_lab.yamlfile import place_of


@dataclass(frozen=True)
class Target:
    """One configuration of a project, read and ready to be tried."""

    name: str
    """What reports call it: its name, or its path from the project's root."""
    request: ValidateRequest
    prepared: Prepared
    allow_incomplete: str | None
    """Why an incomplete verdict is enough, if it is."""
    digest: str
    """Of its files and its policy."""
    run_on: list[str]
    """The only engines that dockerd-lab.yaml names for it, or none."""


@dataclass(frozen=True)
class _Source:
    """Where a target comes from."""

    name: str
    paths: tuple[Path, ...]
    """Its files and directories; none if it is rendered."""
    declared: Configuration
    place: str
    """The file and line for messages."""


@contextmanager
def targets(
    project: Project,
    settings: Settings,
    request: ValidateRequest,
    names: Sequence[str] = (),
    *,
    run_commands: bool,
) -> Iterator[list[Target]]:
    """Yield the project's configurations, ready to be tried: all, or those with these names.

    `names` may be globs and paths, too.

    `request` has what the command line says for all of them. Those that a command renders need
    `run_commands`. All of them are read before the block begins. Raises BadInput where
    dockerd-lab.yaml or a configuration is wrong, or if there is none.
    """
    declared = load_project_file(project)
    sources = list(_sources(project, declared))
    if not sources:
        raise BadInput(
            f"{project_file(project)}: declares no configurations",
            "dockerd-lab init --dry-run   # shows what it could declare",
        )
    if names:
        sources = [source for source in sources if _is_selected(source, names)]
    if not run_commands:
        _refuse_commands(sources)
    with ExitStack() as stack:
        yield [
            _read(
                stack,
                project=project,
                settings=settings,
                declared=declared,
                request=request,
                source=source,
            )
            for source in sources
        ]


def names_targets(project: Project, names: Sequence[str]) -> bool:
    """Return whether every one of these arguments is a configuration of the project."""
    sources = list(_sources(project, load_project_file(project)))
    return all(any(_is_selected(source, [name]) for source in sources) for name in names)


def target_names(project: Project) -> list[str]:
    """Return the names of the project's configurations, in their order."""
    return [source.name for source in _sources(project, load_project_file(project))]


def is_named(name: str, pattern: str) -> bool:
    """Return whether a configuration's name is this one, or matches it as a glob."""
    return fnmatchcase(name, pattern)


def project_trials(
    project: Project, settings: Settings, ready: Sequence[Target]
) -> Iterator[tuple[Target, JudgedTrial]]:
    """Try all targets on one engine after the other, and yield each judged trial.

    So the machines of an engine are started once. Raises HarnessError if a trial failed for another
    reason than the configuration.
    """
    engines = {target.name: engines_of(settings, target.request) for target in ready}
    needed = {engine for names in engines.values() for engine in names}
    for engine in (name for name in settings.engines if name in needed):
        with running(project, settings.with_engines(daemon=engine), keep=False) as fleet:
            for target in ready:
                if engine in engines[target.name]:
                    say(f"lab: {engine}: {target.name}")
                    yield target, try_on(fleet, target.request, target.prepared)


def _sources(project: Project, declared: ProjectFile) -> Iterator[_Source]:
    """Yield each configuration; raises BadInput for a path that does not exist, or a name twice."""
    seen: set[str] = set()
    for number, each in enumerate(declared.configurations):
        place = place_of(project_file(project), "configurations", number)
        configurations = _paths(project, each, place)
        if each.name is not None and len(configurations) > 1:
            count = len(configurations)
            raise BadInput(f"{place}: one name for {count} configurations: leave it out")
        for paths in configurations:
            name = each.name or str(paths[0].relative_to(project.root))
            if name in seen:
                raise BadInput(f"{place}: {name} is there twice; give one of them another name")
            seen.add(name)
            yield _Source(name, paths, each, place)


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


def _is_selected(source: _Source, patterns: Sequence[str]) -> bool:
    """Return whether a configuration has one of these names or paths."""
    return any(
        is_named(source.name, pattern) or source.paths == (Path(os.path.abspath(pattern)),)
        for pattern in patterns
    )


def _refuse_commands(sources: Sequence[_Source]) -> None:
    """Raise BadInput if a command has to be run first, which nobody allowed."""
    for source in sources:
        if (command := source.declared.render) is not None:
            shown = shlex.join(command)
            raise BadInput(
                f"{source.place}: {source.name} is rendered by a command of the project: {shown}",
                "dockerd-lab validate --render   # runs it",
            )


def _read(
    stack: ExitStack,
    *,
    project: Project,
    settings: Settings,
    declared: ProjectFile,
    request: ValidateRequest,
    source: _Source,
) -> Target:
    """Return a target, rendered if need be, which exists until the stack is closed."""
    own = source.declared
    paths: Sequence[Path] = source.paths
    if own.render is not None:
        directory = tempfile.TemporaryDirectory(prefix="dockerd-lab-rendered-")
        paths = [Path(stack.enter_context(directory))]
        render(own.render, project.root, paths[0], limit=own.render_seconds, place=source.place)
    unit = own.unit or declared.unit or PACKAGED
    request = replace(
        request,
        paths=paths,
        engines=request.engines or own.run_on or declared.run_on,
        unit=unit if request.unit == PACKAGED else request.unit,
        permissions=Permissions(
            own.allow_insecure or request.permissions.insecure,
            own.policy.over(declared.policy).permissions(),
        ),
    )
    try:
        ready = stack.enter_context(prepared(project, settings, request))
    except BadInput as error:
        raise BadInput(f"{source.place}: {source.name}: {error.message}", error.hint) from None
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", source.name).strip("-.")
    configuration = replace(ready.configuration, name=name)
    return Target(
        source.name,
        request,
        replace(ready, configuration=configuration),
        own.allow_incomplete,
        digest(ready.inputs, own.model_dump_json(), declared.policy.model_dump_json(), unit),
        own.run_on or [],
    )
