"""Validates the configurations of a project, as its dockerd-lab.yaml declares them."""

import re
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dockerd_lab.errors import BadInput
from dockerd_lab.judge.permissions import Permissions
from dockerd_lab.machines.fleet import running
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
from dockerd_lab.validate.render import command_words, render
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


@dataclass(frozen=True)
class _Source:
    """Where a target comes from."""

    name: str
    path: Path | None
    """None if it is rendered."""
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
    """Yield the project's configurations, or those with these names or paths, ready to be tried.

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
        sources = [source for source in sources if _is_named(source, project, names)]
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
    return all(any(_is_named(source, project, [name]) for source in sources) for name in names)


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
        paths = [None] if each.path is None else _paths(project, each.path, place)
        if each.name is not None and len(paths) > 1:
            raise BadInput(f"{place}: one name for {len(paths)} configurations: leave it out")
        for path in paths:
            name = each.name or str(path.relative_to(project.root) if path else "")
            if name in seen:
                raise BadInput(f"{place}: {name} is there twice; give one of them another name")
            seen.add(name)
            yield _Source(name, path, each, place)


def _paths(project: Project, pattern: str, place: str) -> list[Path | None]:
    """Return the files and directories of a path or glob, sorted; raises BadInput if none is."""
    found = sorted(project.root.glob(pattern.rstrip("/")))
    if not found:
        raise BadInput(f"{place}: no {pattern} in {project.root}")
    return list(found)


def _is_named(source: _Source, project: Project, names: Sequence[str]) -> bool:
    return source.name in names or (
        source.path is not None and any(source.path == Path(name).absolute() for name in names)
    )


def _refuse_commands(sources: Sequence[_Source]) -> None:
    """Raise BadInput if a command has to be run first, which nobody allowed."""
    for source in sources:
        if (command := source.declared.render) is not None:
            try:
                shown = shlex.join(command_words(command))
            except ValueError:
                shown = str(command)
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
    path = source.path
    if own.render is not None:
        path = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="dockerd-lab-rendered-"))
        )
        render(own.render, project.root, path, limit=own.render_seconds, place=source.place)
    unit = own.unit or declared.unit or PACKAGED
    request = replace(
        request,
        paths=[path] if path is not None else [],
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
    )
