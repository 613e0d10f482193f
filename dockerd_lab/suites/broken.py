"""When the harness breaks: a run of one engine ends, a run of several goes on with the others.

It is no failed test, whether it was a fixture that broke or a command in the test itself.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from dockerd_lab.errors import LabError
from dockerd_lab.progress import say
from dockerd_lab.suites.options import end, session_of
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
    """The lab may break as it ends."""
    return (yield from _told_apart(item))


def _told_apart(item: pytest.Item) -> _Phase:
    """Say that nothing more can be said of an engine, where its lab breaks."""
    try:
        return (yield)
    except LabError as error:
        engine = engine_of(item)
        if engine is None:
            raise  # a test without a machine
        session = session_of(item.config)
        if len(session.engines) == 1:
            end(error)
        why = session.broken[engine] = f"{error.kind}: {error}"
        say(f"lab: nothing more is said of {engine}: {why}")
        pytest.fail(why, pytrace=False)
