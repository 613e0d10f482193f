"""Provides the commands that judge a user's own configuration: validate, record."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.cli.case_names import path_of
from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.light_options import Github, Render
from dockerd_lab.cli.options import Engines, Quiet, Unit, Wait
from dockerd_lab.cli.predictions import predict_trials, with_prediction
from dockerd_lab.cli.project_run import is_project_run, project_reports
from dockerd_lab.cli.report_files import (
    check_report_files,
    check_writable,
    print_annotations,
    print_report,
    report_options,
    uses_stdout,
    write_report_files,
)
from dockerd_lab.errors import LAB_WAIT, BadInput
from dockerd_lab.host.lock import exclusive
from dockerd_lab.inputs.digest import digest
from dockerd_lab.inputs.repository_path import first_repository_path, repository_path
from dockerd_lab.judge.permissions import Permissions
from dockerd_lab.judge.verdict import Report
from dockerd_lab.project import PROJECT_FILE, find_project
from dockerd_lab.redaction.redact import redact, redacted
from dockerd_lab.report.result_file import keep_last_run
from dockerd_lab.settings import load_settings
from dockerd_lab.standins.prepared import Prepared
from dockerd_lab.validate.draft import draft
from dockerd_lab.validate.run import (
    PACKAGED,
    JudgedTrial,
    ValidateRequest,
    engines_of,
    prepared,
    trials,
)

_Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH|CASE",
        help="directories laid out like the machine, single files, - for one on stdin, or"
        " a case, also by its name in `dockerd-lab list`",
    ),
]
_Files = Annotated[
    list[str] | None, typer.Option("--file", metavar="SRC:/DEST", help="a file, and where it goes")
]
_Command = Annotated[
    str | None,
    typer.Option(
        "--command", metavar="COMMAND", help="dockerd started by hand, instead of its unit"
    ),
]
_Provision = Annotated[
    Path | None,
    typer.Option(
        "--provision",
        metavar="SCRIPT",
        help="run after the files are installed; - is stdin",
    ),
]
_VALIDATE_EXAMPLES = examples(
    "dockerd-lab validate                             # what dockerd-lab.yaml declares",
    "dockerd-lab validate ./host-config               # etc/docker/daemon.json, …",
    "dockerd-lab validate daemon.json override.conf   # together one configuration",
    "dockerd-lab validate - <daemon.json",
    "dockerd-lab validate ./host-config --engine all --markdown summary.md",
    "dockerd-lab validate --command 'sudo dockerd -H tcp://0.0.0.0:2375'",
)
_NoStandIns = Annotated[bool, typer.Option("--no-stand-ins", help="do not add stand-ins")]


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    app.command(epilog=_VALIDATE_EXAMPLES)(validate)
    app.command(epilog=examples("dockerd-lab record ./host-config --engine all"))(record)


@report_options
def validate(
    paths: _Paths = None,
    *,
    engines: Engines = None,
    unit: Unit = PACKAGED,
    files: _Files = None,
    command: _Command = None,
    provision: _Provision = None,
    no_stand_ins: _NoStandIns = False,
    allow_insecure: Annotated[
        bool, typer.Option("--allow-insecure", help="pass even if outsiders get access")
    ] = False,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="exit 0 for an incomplete verdict")
    ] = False,
    reboot: Annotated[
        bool, typer.Option("--reboot", help="judge it after a boot of the machine, too")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="show what became of every file")
    ] = False,
    render: Render = False,
    github: Github = False,
    quiet: Quiet = False,
    wait: Wait = LAB_WAIT,
    **report_files: Path | None,
) -> None:
    """Judge what your own configuration does on real engines. Exit code 1 unless it passes.

    Without PATH all configurations that dockerd-lab.yaml declares are judged, or those that are
    named. Other inputs form one configuration together. If it has what only a boot starts (enabled
    units, timers, rc.local, tmpfiles and the like), the machine is booted with it, too.
    """
    check_report_files(report_files)
    request = ValidateRequest(
        paths=paths or [],
        files=files or [],
        command=command,
        provision=provision,
        engines=engines or [],
        unit=unit,
        stand_ins=not no_stand_ins,
        permissions=Permissions("--allow-insecure" if allow_insecure else ""),
        reboot=reboot,
    )

    def show(reports: Sequence[Report]) -> None:
        for report in reports:
            print_report(report, to_stderr=uses_stdout(report_files), verbose=verbose)

    whole_project = is_project_run(request)
    if whole_project:
        reports = project_reports(request, run_commands=render, wait=wait, show=show)
    elif render:
        raise BadInput(f"--render is for what {PROJECT_FILE} declares", "dockerd-lab validate -h")
    else:
        request = replace(request, paths=[path_of(path) for path in request.paths])
        reports = [_tried(request, wait)[0]]
    if allow_incomplete:
        reports = [
            report.model_copy(update={"allow_incomplete": "--allow-incomplete"})
            for report in reports
        ]
    show(reports)
    keep_last_run(find_project(), reports)
    write_report_files(report_files, reports, whole_project=whole_project)
    if github:
        print_annotations(reports, to_stderr=uses_stdout(report_files))
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


def record(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIRECTORY", help="the configuration; case.yaml is put there"),
    ],
    engines: Engines = None,
    unit: Unit = PACKAGED,
    quiet: Quiet = False,
    wait: Wait = LAB_WAIT,
) -> None:
    """Write what a configuration does as a draft of DIRECTORY/case.yaml, for you to review.

    From then on `validate` checks that it still behaves so.
    """
    directory = path_of(directory)
    file = directory / "case.yaml"
    if not directory.is_dir():
        raise BadInput(f"{directory}: not a directory")
    if directory.resolve().is_relative_to(find_project().data / "provision"):
        raise BadInput(f"{directory}: this repository's own cases are written by hand")
    if file.exists() or file.is_symlink():
        raise BadInput(f"{file}: already exists; move it to record again")
    if (directory / "rootfs").is_dir():
        raise BadInput(f"{directory}: contains rootfs/, so it is already a complete case")
    check_writable(file)
    report, tried = _tried(
        ValidateRequest(paths=[directory], engines=engines or [], unit=unit), wait
    )
    print_report(report, to_stderr=False)
    text = draft(report.case, tried)
    file.write_text(text, encoding="utf-8")
    print(f"{file}: written; review it, and keep it with the configuration")


def _tried(request: ValidateRequest, wait: float) -> tuple[Report, list[JudgedTrial]]:
    """Return the report on all engines, and the judged trials; both are redacted.

    The lab is locked for all engines together. Bad input is reported before any waiting.
    """
    project = find_project()
    settings = load_settings(project)
    tried: list[JudgedTrial] = []
    with prepared(project, settings, request) as ready, exclusive(project.state, wait=wait):
        texts = [*ready.inputs.texts.values(), request.command or ""]
        engines = engines_of(settings, request)
        predictions = predict_trials(project, ready.inputs, request.unit, engines)
        try:
            for trial in trials(project, settings, request, ready):
                compared = with_prediction(trial, predictions.get(trial.result.engine))
                tried.append(redacted(compared, also=texts))
        except BaseException:
            # What was found until the harness broke is shown, and makes no report.
            if tried:
                print_report(_report(ready, tried, request), to_stderr=True)
            raise
    return _report(ready, tried, request), tried


def _report(ready: Prepared, tried: list[JudgedTrial], request: ValidateRequest) -> Report:
    root = find_project().root
    return Report(
        case=ready.inputs.name,
        results=[trial.result for trial in tried],
        digest=digest(ready.inputs),
        repeat=redact(_command_line(request)),
        file=first_repository_path(ready.inputs) or repository_path(root / PROJECT_FILE),
    )


def _command_line(request: ValidateRequest) -> str:
    """Return the command that tries a configuration again; it may need --engine."""
    words = ["dockerd-lab", "validate", *map(str, request.paths)]
    words += [word for each in request.files for word in ("--file", each)]
    words += ["--command", request.command] if request.command is not None else []
    words += ["--provision", str(request.provision)] if request.provision is not None else []
    words += ["--unit", request.unit] if request.unit != PACKAGED else []
    return shlex.join([*words, *([] if request.stand_ins else ["--no-stand-ins"])])
