"""Handles a broken lab: a run of one engine ends, a run of several continues with the others.

The exit code is that of the error, whether a fixture failed or a command in the test itself.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from dockerd_lab.errors import LabError
from dockerd_lab.progress import say
from dockerd_lab.suites.options import IN_A_TEST, fail_engine, session_of
from dockerd_lab.suites.outcome import evidence_of
from dockerd_lab.suites.selection import engine_of

# The innermost wrappers (trylast): what pytest's own do before and after a test is done even where
# the test is failed here.
_Phase = Generator[None, object, object]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> _Phase:
    """Fail a test at once if the lab of its engine is broken."""
    engine = engine_of(item)
    if engine is not None and (why := session_of(item.config).broken.get(engine)):
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
        fail_engine(item.session, engine, error)
    finally:
        item.config.stash[IN_A_TEST] = False
