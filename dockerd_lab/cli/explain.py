"""Provides the command that finds known errors in a log, and prints what is known of each."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.guess import guesses
from dockerd_lab.explain.matcher import Finding, explain_text, important
from dockerd_lab.explain.model import known_errors
from dockerd_lab.explain.source import open_source
from dockerd_lab.report import explanation
from dockerd_lab.report import known_errors as page
from dockerd_lab.report.console import emit, terminal

_EXAMPLES = """\b
Examples:
  journalctl -r -u docker --no-pager | dockerd-lab explain
  dockerd-lab explain post.txt
  dockerd-lab explain hosts-flag-file-conflict"""


def _complete_ids(incomplete: str) -> list[str]:
    return [name for name in known_errors() if name.startswith(incomplete)]


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command(epilog=_EXAMPLES)(explain)


def explain(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|ID",
            autocompletion=_complete_ids,
            help="logs, or the id of a known error; - or none is stdin",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="a list, one object per error")] = False,
    list_all: Annotated[bool, typer.Option("--list", help="all known errors, by id")] = False,
) -> None:
    """Find known errors in the output of dockerd, systemd, docker, curl or an SDK.

    Prints each with fixes, causes before consequences. An ID prints all that is known of that
    error. Exit code 1 when nothing known was found.
    """
    width, colour = terminal()
    ids = list(known_errors()) if list_all else sources or []
    if ids and all(name in known_errors() for name in ids):
        if as_json:
            emit(_json(page.as_data(ids)))
        elif list_all:
            emit(page.listed(width=width))
        else:
            emit(page.pages(ids, width=width, colour=colour))
        return
    if mixed := [name for name in ids if name in known_errors() and not Path(name).exists()]:
        raise BadInput(f"{mixed[0]} is the id of a known error; give ids alone, or logs alone")
    findings: list[Finding] = []
    read = []
    for name in sources or ["-"]:
        source = open_source(name)
        findings += explain_text(source.pieces(), source.label)
        read.append(source)
    findings = important(findings)
    if as_json:
        emit(_json(explanation.as_data(findings)))
    elif findings:
        emit(explanation.explanation(findings, width=width, colour=colour))
    if not findings:
        remarks = [remark for source in read if (remark := source.remark())]
        nearest = guesses("".join(source.sample for source in read))
        print(explanation.nothing_known(remarks, nearest), file=sys.stderr, end="")
        raise typer.Exit(1)


def _json(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
