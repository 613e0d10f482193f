"""What a run ends with: the evidence of what failed, the table, and what --keep keeps."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from dockerd_lab.errors import BadInput, HarnessError, LabBusy, LabError
from dockerd_lab.redaction.redact import redacted
from dockerd_lab.suites.options import is_worker, running_session, session_of
from dockerd_lab.suites.selection import engine_of, subject_of

if TYPE_CHECKING:
    from dockerd_lab.suites.session import Session

#: Columns of the table where the output is no terminal.
LOG_WIDTH = 120

#: Where a worker of pytest-xdist leaves what it saw.
_SEEN = "dockerd_lab"
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the evidence of a failed test's case, and name it in the failure.

    What a failure shows of the machines may have secrets: every report of pytest's gets it without.
    """
    report = yield
    if report.failed and engine_of(item) is not None:
        report.longrepr, report.sections = redacted((report.longrepr, report.sections))
    subject = subject_of(item)
    if report.failed and subject is not None:
        item.session.stash[_FAILED] = True
        if told := evidence_of(item):
            report.sections.append(("the evidence", told))
            item.user_properties.append(("evidence", told))  # for --junitxml
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """With --keep, stop before another case replaces the failed one on the machines."""
    done = yield
    if item.config.getoption("keep") and item.session.stash.get(_FAILED, False):
        following = subject_of(nextitem) if nextitem is not None else None
        if following != subject_of(item):
            item.session.shouldfail = "the failed case is kept on the machines (--keep)"
    return done


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of what was seen, and with --keep how to enter the machines."""
    session = running_session(config)
    if session is None:
        return
    _table(terminalreporter, session)
    if session.fleet is not None and config.getoption("keep"):
        terminalreporter.section("the lab is still up")
        terminalreporter.write_line("dockerd-lab shell daemon   # enters the machine")
        terminalreporter.write_line("dockerd-lab down           # ends the lab")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hand on what a worker of pytest-xdist saw; a broken harness has an exit code of its own."""
    seen = running_session(session.config)
    if seen is None:
        return
    if is_worker(session.config):
        rows = [asdict(row) for row in seen.rows]
        session.config.workeroutput[_SEEN] = {"rows": rows, "broken": seen.broken}  # type: ignore[attr-defined]
    elif seen.broken:
        session.exitstatus = _exit_code(seen.broken.values())


def _exit_code(reasons: Collection[str]) -> int:
    """The exit code of several engines' trouble: 3 for any broken harness, 75 if all were busy.

    A worker hands on an error as its text, which begins with its kind.
    """
    kinds = {why.split(": ")[0] for why in reasons}
    if kinds == {LabBusy.kind}:
        return LabBusy.exit_code
    only_input = kinds <= {LabBusy.kind, BadInput.kind}
    return BadInput.exit_code if only_input else HarnessError.exit_code


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take what a worker of pytest-xdist saw into the one table."""
    from dockerd_lab.report.rows import Row

    given = getattr(node, "workeroutput", {}).get(_SEEN, {})
    session = session_of(node.config)
    session.others += [Row(**row) for row in given.get("rows", [])]
    session.broken.update(given.get("broken", {}))


def _table(terminal: Any, session: Session) -> None:
    for engine, why in session.broken.items() if len(session.engines) > 1 else ():
        terminal.section(f"{engine}: nothing more is said of it")
        terminal.write_line(why)
    if session.rows:
        from dockerd_lab.report.terminal import table

        writer = terminal._tw
        terminal.section("what was seen")
        # A log, unlike a terminal, has room for long names.
        width = writer.fullwidth if writer.hasmarkup else max(writer.fullwidth, LOG_WIDTH)
        terminal.write(table(session.rows, width=width, colour=writer.hasmarkup))


def evidence_of(item: pytest.Item) -> str | None:
    """Write down what was seen of a test's case, once; say where it is and what to type next."""
    subject = subject_of(item)
    if subject is None:
        return None
    session = session_of(item.config)
    seen = session.observations.get(subject.id)
    if seen is None or session.fleet is None:
        return None
    from dockerd_lab.observe import evidence

    if subject.id not in session.evidence:
        try:
            session.evidence[subject.id] = evidence.write(session.fleet, seen)
        except LabError as error:
            return f"cannot be written: {error}"
    directory = session.evidence[subject.id]
    return (
        f"{directory}: {', '.join(sorted(f.name for f in directory.iterdir()))}\n"
        f"to look at the machine: {session.again(subject)}"
    )
