"""Provides the command that prints the JSON schema of a verdict."""

import sys
from typing import Annotated

import typer

from dockerd_lab.report.verdict_json import schema


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command("schema")(print_schema)


def print_schema(
    project: Annotated[
        bool, typer.Option("--project", help="of a run on all that dockerd-lab.yaml declares")
    ] = False,
) -> None:
    """Print the JSON schema of what `validate --json` writes."""
    sys.stdout.write(schema(project=project))
