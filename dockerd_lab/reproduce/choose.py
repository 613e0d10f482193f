"""Which failure is meant: by the id of a known error, or by the name of its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import known_errors
from dockerd_lab.settings import Settings


@dataclass(frozen=True)
class Failure:
    """A failure that can be reproduced."""

    case: Case
    engines: tuple[str, ...]
    """On which of the lab's engines it exists."""

    @property
    def error(self) -> str | None:
        """The id of the known error that it shows; None for a silent one."""
        return self.case.spec.expect.error


def failures(root: Path, settings: Settings) -> list[Failure]:
    """All failures under provision/failures."""
    return [
        Failure(case, tuple(name for name in settings.engines if _exists(case, settings, name)))
        for case in find_cases(root)
        if case.group == "failures"
    ]


def choose(known: Sequence[Failure], wanted: str, engine: str) -> Failure:
    """The failure of that name, or the one that shows the known error of that id.

    Where several do, it is the one that the known error names, if it exists on the engine. Raises
    BadInput where there is none, or none on the engine.
    """
    by_name = [failure for failure in known if failure.case.short_name == wanted]
    found = by_name or [failure for failure in known if failure.error == wanted]
    if not found:
        raise BadInput(_none(wanted), "dockerd-lab reproduce --list   # what can be reproduced")
    here = [failure for failure in found if engine in failure.engines]
    if not here:
        engines = sorted({name for failure in found for name in failure.engines})
        raise BadInput(
            f"{wanted} does not exist on {engine}",
            f"dockerd-lab reproduce {wanted} --engine {engines[0]}   # it exists on: "
            + ", ".join(engines),
        )
    error = known_errors().get(here[0].error or "")
    named = [f for f in here if error is not None and f.case.short_name == error.reproduce]
    return (named or here)[0]


def _exists(case: Case, settings: Settings, engine: str) -> bool:
    return case.resolve(Variant.of(settings.engine(engine))).fails


def _none(wanted: str) -> str:
    if wanted in known_errors():
        return f"{wanted} is a known error, and no case reproduces it"
    return f"no failure and no known error is called {wanted!r}"
