"""Provides the commands on results that `validate --json` wrote."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.options import engine_names
from dockerd_lab.cli.report_files import (
    check_report_files,
    print_report,
    report_options,
    uses_stdout,
    write_report_files,
)
from dockerd_lab.errors import BadInput
from dockerd_lab.judge.verdict import ProjectReport, Report
from dockerd_lab.report.merge import merge

#: A larger file (bytes) is no result.
_MAX_BYTES = 100_000_000


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    report = typer.Typer(
        help="Work with results that `validate --json` wrote.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    report.callback()(lambda: None)  # a single command is typed by its name, too
    report.command("merge", epilog=examples(_EXAMPLE))(merge_results)
    app.add_typer(report, name="report")


_EXAMPLE = "dockerd-lab report merge debian-12.json debian-13.json --markdown summary.md"


@report_options
def merge_results(
    files: Annotated[
        list[Path], typer.Argument(metavar="RESULT", help="files that `validate --json` wrote")
    ],
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="show what became of every file")
    ] = False,
    **report_files: Path | None,
) -> None:
    """Merge the results of several jobs, an engine each, into one report.

    Exit code 1 unless all of them pass and none is missing, 2 if they do not belong together.
    """
    check_report_files(report_files)
    if several := [file for file in files if files.count(file) > 1]:
        raise BadInput(f"{several[0]}: given twice")
    merged = merge({str(file): _read(file) for file in files}, engine_names())
    if not merged.reports:
        raise BadInput(f"nothing to merge: no results in {', '.join(map(str, files))}")
    for report in merged.reports:
        print_report(report, to_stderr=uses_stdout(report_files), verbose=verbose)
    write_report_files(report_files, merged.reports, whole_project=True)
    for name in merged.missing:
        print(f"dockerd-lab: missing: {name}", file=sys.stderr)
    if merged.missing or not all(report.passed for report in merged.reports):
        raise typer.Exit(1)


def _read(file: Path) -> ProjectReport:
    """Return the results in a file; those of a single configuration count as a project's.

    Raises BadInput if it has none.
    """
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise BadInput(f"{file}: larger than {_MAX_BYTES} bytes; this is no result")
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{file}:{error.lineno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file}: not JSON: {error}") from None
    if not isinstance(data, dict) or "schema" not in data:
        raise BadInput(f"{file}: no result of `dockerd-lab validate --json`")
    if data["schema"] != 1:
        raise BadInput(f"{file}: its schema is {data['schema']!r}; this dockerd-lab merges 1")
    try:
        if "case" in data:
            return ProjectReport(configurations=[Report.model_validate(data)])
        return ProjectReport.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise BadInput(f"{file}: {key}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None
