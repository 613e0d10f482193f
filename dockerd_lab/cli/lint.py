"""Provides the commands that need no machine: lint, rule."""

import shlex
import sys
import tempfile
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.light_options import Github, Render
from dockerd_lab.cli.lint_targets import LintTarget, lint_targets
from dockerd_lab.cli.report_files import (
    ReportFiles,
    check_report_files,
    print_annotations,
    report_options,
    uses_stdout,
    write_file,
    write_report_files,
)
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.repository_path import first_repository_path
from dockerd_lab.lint.exceptions import without_exceptions
from dockerd_lab.lint.packaged import PACKAGED, unit_of
from dockerd_lab.lint.predict import predict
from dockerd_lab.lint.prediction import Prediction
from dockerd_lab.lint.rule import check_ids, load_rule, rule_ids
from dockerd_lab.redaction.redact import redacted
from dockerd_lab.report import lint_json, lint_lines, lint_rule, lint_terminal

#: Columns of the output: the same on a terminal and in a file.
WIDTH = 100
_EXAMPLES = examples(
    "dockerd-lab lint ./host-config",
    "dockerd-lab lint                      # what dockerd-lab.yaml declares",
    "dockerd-lab lint daemon.json --engine 26.1",
    "dockerd-lab lint --sarif lint.sarif --github",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    app.command(epilog=_EXAMPLES)(lint)
    app.command()(rule)


@dataclass(frozen=True)
class _Linted:
    """What was said of one configuration; without secrets."""

    text: str
    """For a terminal or an editor."""
    data: dict[str, Any]
    """As `--json` has it; empty if no report needs it."""
    failed: bool


@report_options
def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="directories laid out like the machine, a case, or single files; or what"
            " dockerd-lab.yaml declares, by name or path",
        ),
    ] = None,
    *,
    engines: Annotated[
        list[str] | None,
        typer.Option(
            "--engine",
            metavar="ENGINE",
            help="an engine, or Docker's version, as 26.1; may be repeated",
        ),
    ] = None,
    unit: Annotated[
        str,
        typer.Option("--unit", metavar="UNIT", help="whose docker.service: packaged, or docker-ce"),
    ] = PACKAGED,
    files: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="SRC:/DEST", help="a file, and where it goes"),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option(
            "--command", metavar="COMMAND", help="dockerd started by hand, instead of its unit"
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="RULE", help="report only this rule; may be repeated"),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="RULE", help="do not report this; may be repeated"),
    ] = None,
    render: Render = False,
    one_line: Annotated[
        bool, typer.Option("--one-line", help="a line for each finding, as editors read it")
    ] = False,
    github: Github = False,
    **report_files: Path | None,
) -> None:
    """Predict what a configuration does on each engine, from its files alone.

    Without PATH those are read that dockerd-lab.yaml declares. Exit code 1 if an error is found, 0
    otherwise, also where something is unknown.
    """
    check_ids([*(select or ()), *(ignore or ())])
    check_report_files(report_files)
    targets, whole_project = lint_targets(
        paths or [],
        engines=engines or (),
        unit=unit,
        alone=bool(files) or command is not None,
        run_commands=render,
    )
    with_data = github or any(report_files.values())
    linted = [
        _lint(
            each,
            files or (),
            command,
            select=select or (),
            ignore=ignore or (),
            one_line=one_line,
            with_data=with_data,
        )
        for each in targets
    ]
    text = "".join(each.text for each in linted)
    (sys.stderr if uses_stdout(report_files) else sys.stdout).write(text)
    data = [each.data for each in linted]
    if report_files["json"] is not None:
        whole = lint_json.project_data(data) if whole_project else data[0]
        write_file(report_files["json"], lint_json.as_json(whole))
    _write_other_reports(report_files, data, whole_project=whole_project, github=github)
    if any(each.failed for each in linted):
        raise typer.Exit(1)


def rule(
    rule_id: Annotated[str | None, typer.Argument(metavar="ID", help="a rule of lint")] = None,
    *,
    show_all: Annotated[bool, typer.Option("--list", help="list the rules")] = False,
) -> None:
    """Show a rule of lint: what is wrong, why it matters, how to mend it, and an example."""
    if show_all:
        sys.stdout.write("".join(lint_rule.line(load_rule(each)) for each in rule_ids()))
    elif rule_id is None:
        raise BadInput("no rule is named", "dockerd-lab rule --list shows them")
    else:
        sys.stdout.write(lint_rule.page(load_rule(rule_id)))


def _lint(
    target: LintTarget,
    files: Sequence[str],
    command: str | None,
    *,
    select: Collection[str],
    ignore: Collection[str],
    one_line: bool,
    with_data: bool,
) -> _Linted:
    """Return what lint says of one configuration."""
    typed = parse_dockerd_command(command) if command is not None else None
    with ExitStack() as stack:
        directory = _private_directory(stack)
        if target.render is None:
            inputs = collect(target.paths, directory, files=files, command=typed)
        else:
            target.render(rendered := _private_directory(stack))
            inputs = collect([rendered], directory).with_names_below(rendered, target.name)
        unit = unit_of(inputs) if target.unit == PACKAGED else target.unit
        predictions = [
            _reported(
                without_exceptions(
                    predict(inputs, facts, unit, target.own_units), inputs, target.exceptions
                ),
                select,
                ignore,
            )
            for facts in target.engines
        ]
    words = [target.name] if target.name else [*map(str, target.paths), *_arguments(files, command)]
    settle = shlex.join(["dockerd-lab", "validate", *words])
    if one_line:
        text = lint_lines.render(predictions, inputs)
    else:
        text = lint_terminal.render(predictions, inputs, width=WIDTH, command=settle)
        text = f"== {target.name}\n\n{text}\n" if target.name and text else text
    data: dict[str, Any] = {}
    if with_data:
        data = lint_json.prediction_data(predictions, inputs, command=settle, name=target.name) | {
            "repeat": shlex.join(["dockerd-lab", "lint", *words]),
            "file": target.file or first_repository_path(inputs),
            "line": target.line,
        }
    secrets = [*inputs.texts.values(), command or ""]
    if text or data:
        text, data = redacted((text, data), also=secrets)
    failed = any(each.severity == "error" for one in predictions for each in one.findings)
    return _Linted(text, data, failed)


def _private_directory(stack: ExitStack) -> Path:
    """Return an empty directory that goes with the stack."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dockerd-lab-")))


def _reported(
    prediction: Prediction, select: Collection[str], ignore: Collection[str]
) -> Prediction:
    """Return a prediction with the findings of the chosen rules alone."""

    def is_reported(rule_id: str) -> bool:
        return rule_id not in ignore and (not select or rule_id in select)

    return replace(
        prediction,
        findings=tuple(each for each in prediction.findings if is_reported(each.rule)),
        no_effect=prediction.no_effect if is_reported("no-effect") else (),
    )


def _arguments(files: Sequence[str], command: str | None) -> list[str]:
    """Return the other arguments with which `validate` gets the same input."""
    arguments = [word for each in files for word in ("--file", each)]
    return arguments if command is None else [*arguments, "--command", command]


def _write_other_reports(
    files: ReportFiles, data: Sequence[dict[str, Any]], *, whole_project: bool, github: bool
) -> None:
    """Write the reports in every format but JSON, for which there is a file."""
    others = {**files, "json": None}
    if not github and not any(others.values()):
        return
    from dockerd_lab.report.predicted import predicted_report  # noqa: PLC0415  (takes pydantic)

    reports = [predicted_report(each) for each in data]
    write_report_files(others, reports, whole_project=whole_project)
    if github:
        print_annotations(reports, to_stderr=uses_stdout(files))
