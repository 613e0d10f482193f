"""Handles a broken lab: a run of one engine ends, a run of several continues with the others.

A worker of pytest-xdist that shares an engine with others starts a new lab, or it would be the
first to be handed all that is left, and fail it.

The exit code is that of the error, whether a fixture failed or a command in the test itself.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from dockerd_lab.errors import LabError
from dockerd_lab.progress import say
from dockerd_lab.suites.options import IN_A_TEST, count_labs, fail_engine, session_of
from dockerd_lab.suites.outcome import evidence_of
from dockerd_lab.suites.selection import engine_of, subject_of

#: How many labs a worker starts in place of broken ones.
MOST_RENEWALS = 2

# The innermost wrappers (trylast): what pytest's own do before and after a test is done even where
# the test is failed here.
_Phase = Generator[None, object, object]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> _Phase:
    """Fail a test at once if the lab of its engine is broken."""
    engine = engine_of(item)
    if engine is not None and (why := _why_broken(item, engine)):
        pytest.fail(why, pytrace=False)
    return (yield from _catch_lab_errors(item))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> _Phase:
    """Handle a machine that is lost in the middle of a test."""
    return (yield from _catch_lab_errors(item))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> _Phase:
    """Handle a machine that is lost when a fixture cleans up."""
    return (yield from _catch_lab_errors(item))


def _catch_lab_errors(item: pytest.Item) -> _Phase:
    """Write the evidence of a test whose lab breaks, and fail it and the engine's other tests."""
    item.config.stash[IN_A_TEST] = True
    try:
        return (yield)
    except LabError as error:
        engine = engine_of(item)
        if engine is None:
            raise  # a test without a machine
        if evidence := evidence_of(item):  # the machines may be gone later
            say(f"lab: the evidence: {evidence}")
        session = session_of(item.config)
        session.renewal.engines.discard(engine)
        session.renewal.lost_subject = subject_of(item)
        fail_engine(item.session, engine, error)
    finally:
        item.config.stash[IN_A_TEST] = False


def _why_broken(item: pytest.Item, engine: str) -> str | None:
    """Return why the lab of a test is broken; None where it is not, or where there is a new one."""
    session = session_of(item.config)
    why = session.broken.get(engine)
    subject = subject_of(item)
    if why is None or (subject is not None and subject == session.renewal.lost_subject):
        return why
    if engine in session.renewal.engines:
        return None
    shares_engine = len(session.engines) == 1 and count_labs(item.config) > 1
    if session.fleet is None or not shares_engine or session.renewal.count == MOST_RENEWALS:
        return why
    from dockerd_lab.machines.running import renew

    session.renewal.count += 1
    say(f"lab: a new one for what is left, in place of the one that broke: {why}")
    try:
        renew(session.fleet)
    except LabError as error:
        return str(error)
    session.renewal.engines.add(engine)
    return None
