"""Provides the options of `validate` that write the verdict to files, one per report format."""

import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dockerd_lab.errors import BadInput
from dockerd_lab.report.verdict_formats import FORMATS

if TYPE_CHECKING:  # `lint` writes none of these reports most often, and must not wait for pydantic
    from dockerd_lab.judge.verdict import Report

#: Files by the name of their option: `json`, `junitxml`, …; None for an option that is not used.
ReportFiles = Mapping[str, Path | None]
_STDOUT = Path("-")
#: Columns where the output is no terminal.
LOG_WIDTH = 80


def report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each format, whose files it gets as `**report_files`."""
    signature = inspect.signature(command)
    own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            _name(each.option),
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                Path | None, typer.Option(each.option, metavar="FILE", help=each.help)
            ],
        )
        for each in FORMATS
    ]
    described: Any = command
    described.__signature__ = signature.replace(parameters=[*own, *options])  # what typer reads
    return command


def check_report_files(files: ReportFiles) -> None:
    """Raise BadInput if a report cannot be written, or if two go to the same file."""
    used = [file for file in files.values() if file is not None]
    for file in used:
        check_writable(file)
    places = [file if file == _STDOUT else file.resolve() for file in used]
    if several := [file for file in places if places.count(file) > 1]:
        raise BadInput(f"{several[0]}: it is for one report; give the others another file")


def uses_stdout(files: ReportFiles) -> bool:
    """Return whether one of the reports goes to standard output."""
    return _STDOUT in files.values()


def write_report_files(
    files: ReportFiles, reports: "Sequence[Report]", *, whole_project: bool
) -> None:
    """Write the reports of a project, or the only one, in every format that has a file."""
    for each in FORMATS:
        file = files[_name(each.option)]
        if file is not None:
            text = each.render_project(reports) if whole_project else each.render(reports[0])
            write_file(file, text)


def write_file(file: Path, text: str) -> None:
    """Write a text to a file, which appears whole or not at all, or to standard output."""
    if file == _STDOUT:
        sys.stdout.write(text)
    elif (file.exists() and not file.is_file()) or not os.access(file.parent, os.W_OK):
        file.write_text(text, encoding="utf-8")  # a pipe, /dev/null, or no place for another
    else:
        part = file.with_name(f".{file.name}.{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(file.resolve())


def print_annotations(reports: "Sequence[Report]", *, to_stderr: bool) -> None:
    """Print the findings as annotations; a workflow reads them on either stream."""
    from dockerd_lab.report.annotations import annotations  # noqa: PLC0415  (takes long)

    (sys.stderr if to_stderr else sys.stdout).write(annotations(reports))


def check_writable(file: Path) -> None:
    """Raise BadInput, before any work is done, if a file could not be written."""
    if file == _STDOUT:
        return
    place = file if file.exists() else file.absolute().parent
    if file.is_dir() or not os.access(place, os.W_OK):
        raise BadInput(f"{file}: cannot be written")


def _name(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def print_report(report: "Report", *, to_stderr: bool, verbose: bool = False) -> None:
    """Print a report for a person, on standard output or standard error."""
    from dockerd_lab.report.verdict_terminal import verdict  # noqa: PLC0415  (takes long)

    stream = sys.stderr if to_stderr else sys.stdout
    terminal = stream.isatty()
    width = os.get_terminal_size(stream.fileno()).columns if terminal else LOG_WIDTH
    colour = terminal and "NO_COLOR" not in os.environ
    text = verdict(report, width=width or LOG_WIDTH, colour=colour, verbose=verbose)
    stream.write(text)
