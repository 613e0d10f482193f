"""Defines options that several commands have, and the values that help and completion show."""

from typing import Annotated

import typer

from dockerd_lab import progress
from dockerd_lab.cases.discover import find_cases
from dockerd_lab.cases.units import unit_names
from dockerd_lab.errors import LabError
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings


def engine_names() -> list[str]:
    """Return the engines, for help and completion; none where lab.yaml cannot be read."""
    try:
        return list(load_settings(find_project()).engines)
    except LabError:  # the command itself reports it
        return []


def _units() -> list[str]:
    try:
        return unit_names(find_project())
    except LabError:
        return []


def _complete_engines(incomplete: str) -> list[str]:
    return _begin(incomplete, [*engine_names(), "all"])


def _complete_engine(incomplete: str) -> list[str]:
    return _begin(incomplete, engine_names())


def complete_failures(incomplete: str) -> list[str]:
    """Return the names of failures that begin like this."""
    try:
        cases = find_cases(find_project())
    except LabError:
        return []
    return _begin(incomplete, [case.short_name for case in cases if case.category == "failures"])


def _begin(incomplete: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _silence(quiet: bool) -> None:
    if quiet:
        progress.sink = lambda line: None


#: Of every command that needs the lab for itself.
Wait = Annotated[
    int,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0,
        help="how long to wait if the lab is in use; then exit 75",
    ),
]
#: Of every command that prints progress.
Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_silence, help="print no progress")]
#: The engines that `daemon` runs, one after the other.
Engines = Annotated[
    list[str] | None,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        autocompletion=_complete_engines,
        help=f"{', '.join(engine_names())}, or all; may be repeated",
    ),
]
#: The engine that `daemon` runs.
Engine = Annotated[
    str | None,
    typer.Option(
        metavar="ENGINE", autocompletion=_complete_engine, help=" or ".join(engine_names())
    ),
]
#: The docker.service.
Unit = Annotated[
    str,
    typer.Option(
        "--unit", metavar="UNIT", help=f"whose docker.service: packaged, {', '.join(_units())}"
    ),
]
