"""When the harness breaks: a run of one engine ends, a run of several goes on with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from dockerd_lab.errors import LabError
from dockerd_lab.progress import say
from dockerd_lab.suites.options import end, session_of

if TYPE_CHECKING:
    from dockerd_lab.suites.session import Session


def broke(config: pytest.Config, engine: str, error: LabError) -> NoReturn:
    """Say that nothing more can be said of an engine: `error` is why."""
    session = session_of(config)
    if len(session.engines) == 1:
        end(error)
    say(f"lab: nothing more is said of {engine}: {error.kind}: {error}")
    pytest.fail(session.broken.setdefault(engine, f"{error.kind}: {error}"), pytrace=False)


def fail_if_broken(session: Session, engine: str) -> None:
    """Fail a test at once whose engine's machines are no more."""
    if engine in session.broken:
        pytest.fail(session.broken[engine], pytrace=False)
