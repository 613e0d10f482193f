"""Writes the reports of a run: what was observed of each configuration, on every engine."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockerd_lab.errors import BadInput
from dockerd_lab.report import verdict_formats

if TYPE_CHECKING:
    from dockerd_lab.judge.verdict import Report, Result
    from dockerd_lab.suites.session import Session
    from dockerd_lab.suites.subject import Subject

#: The formats by their options: `--lab-html`, `--lab-json`, …; pytest has a JUnit file of its own.
FORMATS = {
    f"--lab-{each.option.removeprefix('--')}": each
    for each in verdict_formats.FORMATS
    if each.option != "--junitxml"
}


def add_options(group: pytest.OptionGroup) -> None:
    """Add an option for each format."""
    for option, each in FORMATS.items():
        text = f"write the verdicts: {each.help.partition(';')[0]}"
        group.addoption(option, metavar="FILE", type=Path, help=text)


def report_files(config: pytest.Config) -> dict[str, Path]:
    """Return the files to write, by their options."""
    files = {option: config.getoption(option) for option in FORMATS}
    return {option: file for option, file in files.items() if file is not None}


def check_report_files(config: pytest.Config) -> None:
    """Raise BadInput if a report could not be written."""
    for option, file in report_files(config).items():
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise BadInput(f"{option} {file}: cannot be written")


def results(session: Session) -> list[Report]:
    """Return the verdict on everything that was observed in this process, redacted."""
    return [
        _report(session, subject)
        for subject in session.subjects
        if subject.id in session.observations
    ]


def _report(session: Session, subject: Subject) -> Report:
    from dockerd_lab.inputs.repository_path import first_repository_path
    from dockerd_lab.judge.verdict import Report
    from dockerd_lab.redaction.redact import redacted

    inputs = session.prepared(subject).inputs
    tried = [redacted(_result(session, subject), also=[*inputs.texts.values()])]
    if subject.target is not None:
        report = subject.target.report(tried)
    else:
        report = Report(case="", results=tried, file=first_repository_path(inputs))
    update = {"case": _name(subject), "repeat": _repeat(session, subject)}
    return report.model_copy(update=update)


def write_reports(config: pytest.Config, session: Session) -> None:
    """Write the files that the options name, and keep the result for `report show`.

    What workers observed is among the results.
    """
    from dockerd_lab.report.result_file import keep_last_run

    reports = _merged([*results(session), *session.worker_results], session.engines)
    if reports:
        keep_last_run(session.project, reports)
    for option, file in report_files(config).items():
        file.write_text(FORMATS[option].render_project(reports), encoding="utf-8")


def _merged(reports: Iterable[Report], engines: Sequence[str]) -> list[Report]:
    """Return a report for each name, with its results in the order of the engines."""
    by_name: dict[str, list[Report]] = {}
    for report in reports:
        by_name.setdefault(report.case, []).append(report)
    return [
        there[0].model_copy(
            update={
                "results": sorted(
                    (result for report in there for result in report.results),
                    key=lambda result: engines.index(result.engine),
                )
            }
        )
        for there in by_name.values()
    ]


def _result(session: Session, subject: Subject) -> Result:
    """Return the verdict on a subject: it fails, too, where only a test of the suite does."""
    from dockerd_lab.cases.units import packaged_dockerd
    from dockerd_lab.judge.judge import verdict
    from dockerd_lab.judge.result_findings import MISMATCH
    from dockerd_lab.judge.verdict import Finding

    observation = session.observations[subject.id]
    result = verdict(
        session.prepared(subject),
        observation,
        session.judge(subject, observation),
        version=session.settings.engine(subject.engine).docker,
        unit=subject.unit,
        dockerd=packaged_dockerd(session.project, subject.unit),
    )
    if directory := session.evidence.get(subject.id):
        names = sorted(file.name for file in Path(directory).glob("*") if file.is_file())
        evidence = result.evidence and result.evidence.model_copy(
            update={"directory": str(directory), "files": names}
        )
        result = result.model_copy(update={"evidence": evidence})
    failures = session.failed_tests.get(subject.id, [])
    if not failures or result.verdict == "failed":
        return result
    findings = [Finding(rule=MISMATCH, severity="error", message=each) for each in failures]
    return result.model_copy(
        update={
            "verdict": "failed",
            "reasons": failures,
            "findings": [*findings, *result.findings],
        }
    )


def describe_failure(item: pytest.Item, report: pytest.TestReport) -> str:
    """Return the test that failed, and the line that says why."""
    lines = report.longreprtext.strip().splitlines() or [""]
    why = next((line[1:].strip() for line in lines if line.startswith("E ")), lines[-1])
    return f"{item.nodeid.partition('[')[0]}: {why}"


def _name(subject: Subject) -> str:
    return f"{subject.name}{'-rebooted' if subject.rebooted else '-fixed' if subject.fixed else ''}"


def _repeat(session: Session, subject: Subject) -> str:
    """Return the command that tries a subject again."""
    name = shlex.quote(subject.name)
    if subject.fixed:
        return f"dockerd-lab reproduce {name} --fix"
    options = [f"--unit {shlex.quote(session.unit)}"] if session.unit else []
    options += ["--reboot"] if subject.rebooted else []
    return " ".join(["dockerd-lab validate", name, *options])
