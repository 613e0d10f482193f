"""Provides the fixtures: machines, the case a test is about, its observation and judgement."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockerd_lab.errors import LabBusy, LabError
from dockerd_lab.suites.options import (
    count_labs,
    exit_pytest,
    fail_engine,
    is_worker,
    session_of,
    worker_name,
)

if TYPE_CHECKING:
    from dockerd_lab.cases.model import Case
    from dockerd_lab.judge.judgement import Judgement
    from dockerd_lab.machines.fleet import Fleet
    from dockerd_lab.observe.observation import Observation
    from dockerd_lab.project import Project
    from dockerd_lab.settings import Settings
    from dockerd_lab.suites.subject import Subject
    from dockerd_lab.trial.trial import Plan


@pytest.fixture(scope="session")
def lab_engine(request: pytest.FixtureRequest) -> str:
    """The engine that `daemon` runs."""
    return str(request.param)


@pytest.fixture(scope="session")
def lab_unit(request: pytest.FixtureRequest, lab_engine: str) -> str | None:
    """The docker.service of provision/units that takes the packaged one's place (--lab-unit)."""
    return session_of(request.config).unit_on(lab_engine)


@pytest.fixture(scope="session")
def _lab_lock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold the lab for all engines of this run, so that a run waits once, at its start.

    A worker of pytest-xdist has a lab of its own, and holds that one alone.
    """
    from dockerd_lab import progress
    from dockerd_lab.host.lock import exclusive

    if is_worker(request.config):
        yield
        return
    progress.sink = progress_line(request.config, "dockerd-lab")
    home = session_of(request.config).project.state
    wait = request.config.getoption("lab_wait")
    try:
        with exclusive(home, wait=wait):
            yield
    except LabBusy as error:
        exit_pytest(error)


@pytest.fixture(scope="session")
def lab_fleet(request: pytest.FixtureRequest, lab_engine: str, _lab_lock: None) -> Iterator[Fleet]:
    """The machines of the lab."""
    from dockerd_lab import progress
    from dockerd_lab.host.labs import parallel_home

    session = session_of(request.config)
    settings, home = session.settings_on(lab_engine), None
    if is_worker(request.config):  # of pytest-xdist: several labs at once
        settings = settings.beside_others(count_labs(request.config))
        home = parallel_home(session.project, worker_name(request.config))
    progress.sink = progress_line(request.config, lab_engine)
    keep, wait = request.config.getoption("lab_keep"), request.config.getoption("lab_wait")
    try:
        with request.config.hook.pytest_dockerd_lab_machines(
            project=session.project, settings=settings, keep=keep, home=home, wait=wait
        ) as machines:
            session.fleet = machines
            session.on_machines = None
            yield machines
    except LabError as error:  # ending the lab may fail too, when the next engine is due
        fail_engine(request.session, lab_engine, error)


@pytest.fixture(scope="session")
def lab_subject(request: pytest.FixtureRequest) -> Subject:
    """The engine and case that the test is about."""
    param: Subject = request.param
    return param


@pytest.fixture(scope="session")
def lab_case(lab_subject: Subject) -> Case | None:
    """The case that the test is about; `lab_observation` applies it.

    None for a configuration of the project without a case.yaml.
    """
    return lab_subject.case


@pytest.fixture(scope="session")
def lab_observation(
    request: pytest.FixtureRequest, lab_fleet: Fleet, lab_subject: Subject, lab_unit: str | None
) -> Observation:
    """The observation of the configuration, applied to freshly restored machines."""
    session, subject = session_of(request.config), lab_subject
    current = (subject.engine, subject.name, lab_fleet.restored)
    # A fix and a reboot continue the trial of the case that is on the machines.
    continues = (subject.rebooted or subject.fixed) and session.on_machines == current
    session.on_machines = None
    observed: Observation = request.config.hook.pytest_dockerd_lab_trial(
        fleet=lab_fleet, plan=session.plan(subject, lab_unit), already_applied=continues
    )
    if not subject.fixed:
        session.on_machines = (subject.engine, subject.name, lab_fleet.restored)
    session.observations[subject.id] = observed
    return observed


@pytest.fixture(scope="session")
def lab_judgement(
    request: pytest.FixtureRequest, lab_subject: Subject, lab_observation: Observation
) -> Judgement:
    """The judgement of the observation, by the case's expectation and by policy."""
    return session_of(request.config).judge(lab_subject, lab_observation)


@pytest.fixture
def lab_daemon(lab_fleet: Fleet) -> Any:
    """A testinfra host for the machine that runs dockerd."""
    return _host(lab_fleet, "daemon")


@pytest.fixture
def lab_client(lab_fleet: Fleet) -> Any:
    """A testinfra host for the machine that may control the daemon."""
    return _host(lab_fleet, "client")


@pytest.fixture
def lab_outsider(lab_fleet: Fleet) -> Any:
    """A testinfra host for the machine that may not."""
    return _host(lab_fleet, "outsider")


@pytest.fixture
def lab_docker(
    lab_fleet: Fleet, lab_subject: Subject, lab_observation: Observation
) -> Iterator[Callable[[str], Any]]:
    """Docker's SDK on a machine of your choice: `lab_docker("outsider").images.list()`.

    The daemon is reached as `client` or `outsider` do it, or on `daemon` by its own socket.
    """
    from dockerd_lab.machines.sdk import connected

    with ExitStack() as clients:
        yield lambda machine: clients.enter_context(
            connected(lab_fleet.lab, machine, lab_subject.configuration, lab_fleet.address)
        )


@pytest.hookimpl(trylast=True)
def pytest_dockerd_lab_machines(
    project: Project, settings: Settings, keep: bool, home: Path | None, wait: float
) -> AbstractContextManager[Fleet]:
    """Return the machines of a real lab."""
    from dockerd_lab.machines.running import running

    return running(project, settings, keep=keep, home=home, wait=wait)


@pytest.hookimpl(trylast=True)
def pytest_dockerd_lab_trial(fleet: Fleet, plan: Plan, already_applied: bool) -> Observation:
    """Run a trial on the machines, and return its observation."""
    from dockerd_lab.trial.trial import run_trial

    return run_trial(fleet, plan, already_applied=already_applied, quiet=True)


def progress_line(config: pytest.Config, engine: str) -> Callable[[str], None]:
    """Return a function that prints a line of progress at once, past pytest's capture.

    A worker of pytest-xdist has no terminal, but the standard error of the run. Several engines
    write there, so each line begins with its engine.
    """
    capture = config.pluginmanager.get_plugin("capturemanager")
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    uncaptured = capture.global_and_fixture_disabled if capture is not None else nullcontext

    def show(line: str) -> None:
        with uncaptured():
            if is_worker(config) or terminal is None:
                print(f"{engine}: {line}", file=sys.__stderr__, flush=True)
            else:
                terminal.ensure_newline()
                terminal.write(f"{line}\n", flush=True)

    return show


def _host(fleet: Fleet, machine: str) -> Any:
    from dockerd_lab.machines.testinfra_host import testinfra_host

    return testinfra_host(fleet.lab, machine)
