"""Defines internal hooks: the plugin's own tests replace the project, machines and trials by them.

A project that uses the plugin implements none of them, and may not rely on them.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dockerd_lab.machines.fleet import Fleet
    from dockerd_lab.observe.observation import Observation
    from dockerd_lab.project import Project
    from dockerd_lab.settings import Settings
    from dockerd_lab.trial.trial import Plan


@pytest.hookspec(firstresult=True)
def pytest_dockerd_lab_project() -> Project | None:
    """Return the project whose lab.yaml, cases and lab are used."""


@pytest.hookspec(firstresult=True)
def pytest_dockerd_lab_machines(
    project: Project, settings: Settings, keep: bool, home: Path | None, wait: float
) -> AbstractContextManager[Fleet] | None:
    """Return the machines for the tests of one engine; see dockerd_lab.machines.running.running."""


@pytest.hookspec(firstresult=True)
def pytest_dockerd_lab_trial(fleet: Fleet, plan: Plan, already_applied: bool) -> Observation | None:
    """Run a trial, and return its observation; see dockerd_lab.trial.trial.run_trial."""
