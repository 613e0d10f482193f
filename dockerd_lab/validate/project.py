"""Validates the configurations of a project, as its dockerd-lab.yaml declares them."""

import re
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.digest import digest
from dockerd_lab.inputs.repository_path import repository_path
from dockerd_lab.judge.permissions import Permissions
from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.machines.running import running
from dockerd_lab.progress import say
from dockerd_lab.project import Project
from dockerd_lab.project_file import (
    ProjectFile,
    load_project_file,
    project_file,
)
from dockerd_lab.project_sources import Source, is_selected, sources_of
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
    file: str | None = None
    """dockerd-lab.yaml, from the repository's root on, and the line that declares it."""
    line: int | None = None

    def report(self, results: list[Result]) -> Report:
        """Return the report on the configuration, with what dockerd-lab.yaml says of it."""
        return Report(
            case=self.name,
            results=results,
            digest=self.digest,
            run_on=self.run_on,
            allow_incomplete=self.allow_incomplete,
            repeat=shlex.join(["dockerd-lab", "validate", self.name]),
            file=self.file,
            line=self.line,
        )


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
    sources = list(sources_of(project, declared))
    if not sources:
        raise BadInput(
            f"{project_file(project)}: declares no configurations",
            "dockerd-lab init --dry-run   # shows what it could declare",
        )
    if names:
        sources = [source for source in sources if is_selected(source, names)]
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
    sources = list(sources_of(project, load_project_file(project)))
    return all(any(is_selected(source, [name]) for source in sources) for name in names)


def target_names(project: Project) -> list[str]:
    """Return the names of the project's configurations, in their order."""
    return [source.name for source in sources_of(project, load_project_file(project))]


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


def _refuse_commands(sources: Sequence[Source]) -> None:
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
    source: Source,
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
    if own.render is not None:
        shown = ready.inputs.with_names_below(Path(paths[0]), source.name)
        ready = replace(ready, inputs=shown)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", source.name).strip("-.")
    configuration = replace(ready.configuration, name=name)
    return Target(
        source.name,
        request,
        replace(ready, configuration=configuration),
        own.allow_incomplete,
        digest(ready.inputs, own.model_dump_json(), declared.policy.model_dump_json(), unit),
        own.run_on or [],
        repository_path(project_file(project)),
        source.line,
    )
