"""Reports a run: the evidence of failed tests, the table, the exit code, the kept machines."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from dockerd_lab.errors import BadInput, HarnessError, LabBusy, LabError
from dockerd_lab.redaction.redact import redacted
from dockerd_lab.suites.options import WORKER_OUTPUT, is_worker, running_session, session_of
from dockerd_lab.suites.reports import describe_failure, results, write_reports
from dockerd_lab.suites.selection import engine_of, subject_of

if TYPE_CHECKING:
    from dockerd_lab.suites.session import Session

#: Columns of the table where the output is no terminal.
LOG_WIDTH = 120

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the evidence of a failed test's case, and name it in the failure.

    A failure may show secrets of the machines; every report of pytest's gets it redacted.
    """
    report = yield
    if report.failed and engine_of(item) is not None:
        report.longrepr, report.sections = redacted((report.longrepr, report.sections))
    subject = subject_of(item)
    if report.failed and subject is not None:
        item.session.stash[_FAILED] = True
        failures = session_of(item.config).failed_tests.setdefault(subject.id, [])
        failures.append(describe_failure(item, report))
        if evidence := evidence_of(item):
            report.sections.append(("the evidence", evidence))
            item.user_properties.append(("evidence", evidence))  # for --junitxml
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """With --lab-keep, stop before another case replaces the failed one on the machines."""
    result = yield
    if item.config.getoption("lab_keep") and item.session.stash.get(_FAILED, False):
        next_subject = subject_of(nextitem) if nextitem is not None else None
        if next_subject != subject_of(item):
            item.session.shouldfail = "the failed case is kept on the machines (--lab-keep)"
    return result


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of observations, and with --lab-keep how to enter the machines."""
    session = running_session(config)
    if session is None:
        return
    _table(terminalreporter, session)
    if session.fleet is not None and config.getoption("lab_keep"):
        terminalreporter.section("the lab is still up")
        terminalreporter.write_line("dockerd-lab shell daemon   # enters the machine")
        terminalreporter.write_line("dockerd-lab down           # ends the lab")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Pass a worker's rows and results to pytest-xdist's main process, which writes the reports.

    The exit code is that of a broken lab.
    """
    lab_session = running_session(session.config)
    if lab_session is None:
        return
    if is_worker(session.config):
        rows = [asdict(row) for row in lab_session.rows]
        reports = [report.model_dump_json(by_alias=True) for report in results(lab_session)]
        output = {"rows": rows, "broken": lab_session.broken, "results": reports}
        session.config.workeroutput[WORKER_OUTPUT] = output  # type: ignore[attr-defined]
        return
    write_reports(session.config, lab_session)
    if lab_session.broken:
        session.exitstatus = _exit_code(lab_session.broken.values())


def _exit_code(reasons: Collection[str]) -> int:
    """Return the exit code for the errors of several engines.

    It is 3 if a lab broke, 2 if there is only bad input, and 75 if all were busy. Errors are texts
    that begin with their kind.
    """
    kinds = {reason.split(": ")[0] for reason in reasons}
    if kinds == {LabBusy.kind}:
        return LabBusy.exit_code
    only_input = kinds <= {LabBusy.kind, BadInput.kind}
    return BadInput.exit_code if only_input else HarnessError.exit_code


def add_worker_output(config: pytest.Config, output: dict[str, Any]) -> None:
    """Add the rows, results and broken engines of a pytest-xdist worker to the main process's."""
    from dockerd_lab.judge.verdict import Report
    from dockerd_lab.report.observation_rows import Row

    session = session_of(config)
    session.worker_rows += [Row(**row) for row in output["rows"]]
    session.worker_results += [Report.model_validate_json(text) for text in output["results"]]
    session.broken.update(output["broken"])


def _table(terminal: Any, session: Session) -> None:
    for engine, reason in session.broken.items() if len(session.engines) > 1 else ():
        terminal.section(f"{engine}: no further results")
        terminal.write_line(reason)
    if session.rows:
        from dockerd_lab.report.observation_table import table

        writer = terminal._tw
        terminal.section("observations")
        # A log, unlike a terminal, has room for long names.
        width = writer.fullwidth if writer.hasmarkup else max(writer.fullwidth, LOG_WIDTH)
        terminal.write(table(session.rows, width=width, colour=writer.hasmarkup))


def evidence_of(item: pytest.Item) -> str | None:
    """Write the evidence of a test's case, if it is not yet written; return where it is."""
    subject = subject_of(item)
    if subject is None:
        return None
    session = session_of(item.config)
    observation = session.observations.get(subject.id)
    if observation is None or session.fleet is None:
        return None
    from dockerd_lab.observe import evidence

    if subject.id not in session.evidence:
        try:
            session.evidence[subject.id] = evidence.write(session.fleet, observation)
        except LabError as error:
            return f"cannot be written: {error}"
    directory = session.evidence[subject.id]
    return (
        f"{directory}: {', '.join(sorted(f.name for f in directory.iterdir()))}\n"
        f"to look at the machine: {session.rerun_command(subject)}"
    )
