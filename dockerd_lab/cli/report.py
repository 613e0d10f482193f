"""Provides the commands on results that `validate --json` and `lint --json` wrote."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.light_options import Github
from dockerd_lab.cli.options import engine_names
from dockerd_lab.cli.report_files import (
    check_report_files,
    print_annotations,
    print_report,
    report_options,
    uses_stdout,
    write_report_files,
)
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.tree import STDIN
from dockerd_lab.judge.verdict import Report
from dockerd_lab.project import find_project
from dockerd_lab.project_sources import is_named
from dockerd_lab.report.comparison import compare, comparison
from dockerd_lab.report.merge import merge
from dockerd_lab.report.printable import printable
from dockerd_lab.report.result_file import read_last_run, read_result
from dockerd_lab.report.verdict_sections import headline

_MERGE = "dockerd-lab report merge debian-12.json debian-13.json --markdown summary.md"
_SHOW = (
    "dockerd-lab report show                 # all configurations of the last run",
    "dockerd-lab report show hosts/web -v",
    "dockerd-lab report show --sarif findings.sarif",
)
_DIFF = (
    "dockerd-lab report diff main.json         # the last run against an earlier one",
    "dockerd-lab report diff main.json pull-request.json",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    report = typer.Typer(
        help="Show, compare and merge results.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    report.callback()(lambda: None)  # a single command is typed by its name, too
    report.command("show", epilog=examples(*_SHOW))(show_result)
    report.command("diff", epilog=examples(*_DIFF))(compare_results)
    report.command("merge", epilog=examples(_MERGE))(merge_results)
    app.add_typer(report, name="report")


_Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="show what became of every file")]


@report_options
def show_result(
    case: Annotated[
        str | None,
        typer.Argument(metavar="CASE", help="a configuration by its name, or a glob of names"),
    ] = None,
    verbose: _Verbose = False,
    github: Github = False,
    **report_files: Path | None,
) -> None:
    """Show what the last run of `validate`, or of pytest with machines, found in this project.

    Of several configurations a line each; of those that CASE names, and of a single one, all.
    """
    check_report_files(report_files)
    reports = every = read_last_run(find_project())
    if case is not None:
        reports = [each for each in reports if is_named(each.case, case)]
        if not reports:
            names = ", ".join(each.case for each in every)
            raise BadInput(f"no {case} in the last run; there are: {names}")
    to_stderr = uses_stdout(report_files)
    if case is None and len(reports) > 1:
        (sys.stderr if to_stderr else sys.stdout).write(_overview(reports))
    else:
        for report in reports:
            print_report(report, to_stderr=to_stderr, verbose=verbose)
    write_report_files(report_files, reports, whole_project=case is None)
    if github:
        print_annotations(reports, to_stderr=to_stderr)


def compare_results(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="the result of an earlier run; - is stdin")
    ],
    new: Annotated[
        Path | None, typer.Argument(metavar="NEW", help="of a later one; or else of the last run")
    ] = None,
) -> None:
    """Tell what changed between two runs. Exit code 1 if anything became worse.

    Worse is: it no longer starts, somebody gets more than before, a new error, or a new
    configuration that fails or lets strangers in. Both are results of `validate`, or both of
    `lint`.
    """
    if old == new == STDIN:
        raise BadInput(f"{STDIN}: given twice")
    before = read_result(old).configurations
    after = read_result(new).configurations if new is not None else read_last_run(find_project())
    kinds = {report.predicted for report in [*before, *after]}
    if len(kinds) > 1:
        raise BadInput("one of them is a prediction of lint, and the other one was seen")
    changes = compare(before, after)
    sys.stdout.write(printable(comparison(changes)) + "\n")
    if any(each.kind == "worse" for each in changes):
        raise typer.Exit(1)


@report_options
def merge_results(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT", help="files that `validate --json` wrote; - is stdin"),
    ],
    verbose: _Verbose = False,
    github: Github = False,
    **report_files: Path | None,
) -> None:
    """Merge the results of several jobs, an engine each, into one report.

    Exit code 1 unless all of them pass and none is missing, 2 if they do not belong together.
    """
    check_report_files(report_files)
    if several := [file for file in files if files.count(file) > 1]:
        raise BadInput(f"{several[0]}: given twice")
    merged = merge({str(file): read_result(file) for file in files}, engine_names())
    if not merged.reports:
        raise BadInput(f"nothing to merge: no results in {', '.join(map(str, files))}")
    for report in merged.reports:
        print_report(report, to_stderr=uses_stdout(report_files), verbose=verbose)
    write_report_files(report_files, merged.reports, whole_project=True)
    if github:
        print_annotations(merged.reports, to_stderr=uses_stdout(report_files))
    for name in merged.missing:
        print(f"dockerd-lab: missing: {name}", file=sys.stderr)
    if merged.missing or not all(report.passed for report in merged.reports):
        raise typer.Exit(1)


def _overview(reports: Sequence[Report]) -> str:
    """Return a line for each report, those that fail first."""
    ordered = sorted(reports, key=lambda each: each.passed)
    lines = [f"{each.verdict:10} {each.case}: {headline(each)}" for each in ordered]
    return printable("\n".join(lines)) + "\n"
