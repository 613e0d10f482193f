"""Provides the command that shows a failure on the machines, and that its fix works."""

from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.options import Engine, Quiet, Wait, complete_failures
from dockerd_lab.cli.report_files import check_report_files, report_options, write_report_files
from dockerd_lab.errors import LAB_WAIT, BadInput
from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.machines import ssh
from dockerd_lab.machines.running import running
from dockerd_lab.observe import evidence
from dockerd_lab.progress import say
from dockerd_lab.project import find_project
from dockerd_lab.redaction.redact import redacted
from dockerd_lab.report import reproduction
from dockerd_lab.report.console import emit, terminal
from dockerd_lab.reproduce.choose import choose, find_failures
from dockerd_lab.reproduce.run import Reproduction, fix_failure, reproduce_failure, result_of
from dockerd_lab.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command(
        epilog=examples(
            "dockerd-lab reproduce --list",
            "dockerd-lab reproduce hosts-flag-file-conflict --fix",
            "dockerd-lab reproduce failures/fd-by-hand --engine debian-13 --shell",
        )
    )(reproduce)


@report_options
def reproduce(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="ID|CASE",
            autocompletion=complete_failures,
            help="a known error's id, or a failure's name",
        ),
    ] = None,
    *,
    engine: Engine = None,
    with_fix: Annotated[bool, typer.Option("--fix", help="apply and verify the fix")] = False,
    shell: Annotated[
        bool, typer.Option("--shell", help="open a shell on daemon with the failure in place")
    ] = False,
    list_all: Annotated[bool, typer.Option("--list", help="what can be reproduced")] = False,
    quiet: Quiet = False,
    wait: Wait = LAB_WAIT,
    **files: Path | None,
) -> None:
    """Bring a failure about on real machines, as it occurs in practice, and explain it.

    Exit code 1 when it, or its fix, did not lead to what is declared.
    """
    check_report_files(files)
    project = find_project()
    settings = load_settings(project)
    width, colour = terminal()
    known = find_failures(project, settings)
    if list_all:
        emit(reproduction.listing(known, width=width, colour=colour))
        return
    if name is None:
        raise BadInput("reproduce needs an id", "dockerd-lab reproduce --list   # all there are")
    if shell and with_fix:
        raise BadInput("--shell leaves the failure in place, and --fix removes it: give one")
    engine = engine or settings.engine_of("daemon")
    settings.engine(engine)
    chosen = choose(known, name, engine)
    others = [f.case.short_name for f in known if f.error == name and f is not chosen]
    if others:
        say(f"lab: {name} has other cases too: {', '.join(others)}")
    with running(project, settings.with_engines(daemon=engine), wait=wait) as fleet:
        failure = reproduce_failure(fleet, chosen.case)
        emit(reproduction.failure(redacted(failure), width=width, colour=colour))
        steps = [failure]
        if with_fix:
            steps.append(fix_failure(fleet, chosen.case))
            emit(reproduction.fixed(redacted(steps[1]), width=width, colour=colour))
        wrong = [
            f"{each.observation.subject}: {problem}"
            for each in steps
            for problem in each.judgement.problems
        ]
        for each in steps:
            if not each.judgement.passed:
                say(f"lab: the evidence: {evidence.write(fleet, each.observation)}")
        reports = [_report(each, redacted(result_of(fleet, each))) for each in steps]
        write_report_files(files, reports, whole_project=len(reports) > 1)
        if shell:
            say("lab: this is the daemon machine; exit leaves it")
            ssh.shell(fleet.lab, "daemon")
    for problem in wrong:
        say(f"dockerd-lab: {problem}")
    if wrong:
        raise typer.Exit(1)


def _report(reproduction: Reproduction, result: Result) -> Report:
    name, is_fixed = reproduction.case.name, bool(reproduction.observation.fix)
    return Report(
        case=f"{name}-fixed" if is_fixed else name,
        results=[result],
        repeat=f"dockerd-lab reproduce {name}{' --fix' if is_fixed else ''}",
    )
