"""Chooses the failure to reproduce, by the name of its case or the id of a known error."""

from collections.abc import Sequence
from dataclasses import dataclass

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import known_errors
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings


@dataclass(frozen=True)
class Failure:
    """A failure that can be reproduced."""

    case: Case
    engines: tuple[str, ...]
    """The lab's engines on which it exists."""

    @property
    def error(self) -> str | None:
        """Return the id of the known error that it shows; None for a failure without a message."""
        return self.case.spec.expect.error


def find_failures(project: Project, settings: Settings) -> list[Failure]:
    """Return all failures under provision/failures."""
    return [
        Failure(case, tuple(name for name in settings.engines if _exists_on(case, settings, name)))
        for case in find_cases(project)
        if case.category == "failures"
    ]


def choose(failures: Sequence[Failure], name: str, engine: str) -> Failure:
    """Return the failure with that name, or the one that shows the known error with that id.

    If several failures show the error, prefer the one that the known error names. Raises BadInput
    if there is no such failure, or none on the engine.
    """
    by_name = [each for each in failures if name in (each.case.short_name, each.case.name)]
    matches = by_name or [failure for failure in failures if failure.error == name]
    if not matches:
        raise BadInput(
            _not_found_message(name), "dockerd-lab reproduce --list   # what can be reproduced"
        )
    on_engine = [failure for failure in matches if engine in failure.engines]
    if not on_engine:
        engines = sorted({each for failure in matches for each in failure.engines})
        raise BadInput(
            f"{name} does not exist on {engine}",
            f"dockerd-lab reproduce {name} --engine {engines[0]}   # it exists on: "
            + ", ".join(engines),
        )
    error = known_errors().get(on_engine[0].error or "")
    preferred = [
        failure
        for failure in on_engine
        if error is not None and failure.case.short_name == error.reproduce
    ]
    return (preferred or on_engine)[0]


def _exists_on(case: Case, settings: Settings, engine: str) -> bool:
    """Return whether the failure exists on an engine."""
    return case.for_variant(Variant.of(settings.engine(engine))).fails


def _not_found_message(name: str) -> str:
    """Return the message for a name without a failure."""
    if name in known_errors():
        return f"{name} is a known error, and no case reproduces it"
    return f"no failure and no known error is called {name!r}"
