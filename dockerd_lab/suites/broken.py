"""When the harness breaks: a run of one engine ends, a run of several goes on with the others.

Its exit code is the harness's own, whether a fixture broke or a command in the test itself.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from dockerd_lab.errors import LabError
from dockerd_lab.progress import say
from dockerd_lab.suites.options import IN_A_TEST, broke, session_of
from dockerd_lab.suites.outcome import evidence_of
from dockerd_lab.suites.selection import engine_of

_Phase = Generator[None, object, object]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> _Phase:
    """Fail a test at once whose engine's machines are no more."""
    engine = engine_of(item)
    if engine is not None and (why := session_of(item.config).broken.get(engine)):
        pytest.fail(why, pytrace=False)
    return (yield from _told_apart(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> _Phase:
    """A machine may be lost in the middle of a test."""
    return (yield from _told_apart(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> _Phase:
    """A user's fixture may put something back on a machine."""
    return (yield from _told_apart(item))


def _told_apart(item: pytest.Item) -> _Phase:
    """Say that nothing more can be said of an engine, where its lab breaks."""
    item.config.stash[IN_A_TEST] = True
    try:
        return (yield)
    except LabError as error:
        engine = engine_of(item)
        if engine is None:
            raise  # a test without a machine
        if told := evidence_of(item):  # the machines may be no more
            say(f"lab: the evidence: {told}")
        broke(item.session, engine, error)
    finally:
        item.config.stash[IN_A_TEST] = False
