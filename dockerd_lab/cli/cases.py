"""Provides the command that lists the cases."""

import typer

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.project import find_project


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command("list")(list_cases)


def list_cases() -> None:
    """List the cases."""
    cases = find_cases(find_project())
    width = max(len(case.name) for case in cases) + 2
    for case in cases:
        print(f"{case.name:{width}}{case.title}")
