"""Provides the command that finds known errors in a log."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.matcher import Finding, explain_text, important
from dockerd_lab.explain.reading import pieces
from dockerd_lab.report import explanation
from dockerd_lab.report.console import emit, terminal


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command()(explain)


def explain(
    files: Annotated[list[Path] | None, typer.Argument(help="logs; standard input if none")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="a list, one object per error")] = False,
) -> None:
    """Find known errors in the output of dockerd, systemd, docker, curl or an SDK.

    Prints each with fixes, causes before consequences. Exit code 1 when nothing known was found.
    """
    findings = important(_explained(files))
    if as_json:
        print(json.dumps(explanation.as_data(findings), indent=1, ensure_ascii=False))
    elif findings:
        width, colour = terminal()
        emit(explanation.explanation(findings, width=width, colour=colour))
    if not findings:
        print(f"dockerd-lab: {explanation.COLLECT}", file=sys.stderr, end="")
        raise typer.Exit(1)


def _explained(files: list[Path] | None) -> list[Finding]:
    """Return the findings in each of the files, or in standard input without any file."""
    if not files:
        if sys.stdin is None:  # closed, as by `<&-`
            raise BadInput("nothing to read: standard input is closed", "dockerd-lab explain FILE")
        return explain_text(pieces(sys.stdin.buffer))
    findings = []
    for file in files:
        try:
            with file.open("rb") as stream:
                findings += explain_text(pieces(stream), str(file))
        except OSError as error:
            raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
    return findings
