"""Provides the commands that need no machine: lint, rule."""

import sys
import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.collect import collect
from dockerd_lab.lint.facts import choose_engines
from dockerd_lab.lint.packaged import PACKAGED, unit_of
from dockerd_lab.lint.predict import predict
from dockerd_lab.lint.prediction import Prediction
from dockerd_lab.lint.rule import check_ids, load_rule, rule_ids
from dockerd_lab.redaction.redact import redacted
from dockerd_lab.report import lint_json, lint_rule, lint_terminal

#: Columns of the output: the same on a terminal and in a file.
WIDTH = 100


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    app.command()(lint)
    app.command()(rule)


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH", help="directories laid out like the machine, a case, or single files"
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
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="write JSON; - is standard output")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="RULE", help="report only this rule; may be repeated"),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="RULE", help="do not report this; may be repeated"),
    ] = None,
) -> None:
    """Predict what a configuration does on each engine, from its files alone.

    Exit code 1 if an error is found, 0 otherwise, also where something is unknown.
    """
    check_ids([*(select or ()), *(ignore or ())])
    chosen = choose_engines(engines or ())
    typed = parse_dockerd_command(command) if command is not None else None
    with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as directory:
        inputs = collect(paths or [], Path(directory), files=files or (), command=typed)
        own_unit = unit_of(inputs) if unit == PACKAGED else unit
        predictions = [
            _reported(predict(inputs, facts, own_unit), select or (), ignore or ())
            for facts in chosen
        ]
    settle = " ".join(["dockerd-lab validate", *map(str, paths or ()), *_arguments(files, command)])
    secrets = [*inputs.texts.values(), command or ""]
    text = lint_terminal.render(predictions, inputs, width=WIDTH, command=settle)
    data = lint_json.render(predictions, inputs, command=settle) if json_file else ""
    text, data = redacted([text, data], also=secrets) if text or data else ("", "")
    (sys.stderr if str(json_file) == "-" else sys.stdout).write(text)
    if json_file is not None:
        _write(json_file, data)
    if any(each.severity == "error" for one in predictions for each in one.findings):
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


def _arguments(files: list[str] | None, command: str | None) -> list[str]:
    """Return the other arguments with which `validate` gets the same input."""
    arguments = [f"--file {each}" for each in files or ()]
    return arguments if command is None else [*arguments, f"--command '{command}'"]


def _write(file: Path, data: str) -> None:
    if str(file) == "-":
        sys.stdout.write(data)
        return
    try:
        file.write_text(data, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file}: cannot be written: {error.strerror}") from None
