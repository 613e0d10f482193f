"""One run of the suites: which engine and cases it is about, and what it has seen so far."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.cases.model import Case
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe.observation import Observation
from dockerd_lab.settings import Settings, checkout, load_settings


@dataclass(frozen=True)
class Subject:
    """One case on one engine."""

    engine: str
    case: Case

    @property
    def id(self) -> str:
        """How the pair is called in a test's name: `debian-12/daemon-json`."""
        return f"{self.engine}/{self.case.short_name}"


@dataclass
class Session:
    """What this run of pytest has done so far."""

    root: Path
    settings: Settings
    cases: list[Case]
    engine: str
    fleet: Fleet | None = None
    observations: dict[str, Observation] = field(default_factory=dict)
    applications: Counter[str] = field(default_factory=Counter)
    evidence: dict[str, Path] = field(default_factory=dict)

    @cached_property
    def subjects(self) -> list[Subject]:
        """Every selected case on the engine."""
        version = self.settings.engine(self.engine).docker
        return [Subject(self.engine, case.on(version)) for case in self.cases]


def make_session(engine: str | None, patterns: Sequence[str]) -> Session:
    """The session for an engine (lab.yaml's own when None) and for cases by name or glob.

    Raises BadInput where there is no such engine or case, or where a file is wrong.
    """
    root = checkout()
    settings = load_settings(root)
    if engine:
        settings.engine(engine)
        os.environ["DAEMON_ENGINE"] = engine
    cases = select(find_cases(root), patterns)
    return Session(root, settings, cases, settings.engine_of("daemon"))
