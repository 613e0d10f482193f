"""The pytest plugin: options and fixtures for the suites of this repository and for users' own.

It is loaded by its entry point. A test that asks for `observation` runs once per engine and case.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from dockerd_lab.errors import BadInput, LabError

if TYPE_CHECKING:
    from dockerd_lab.cases.model import Case
    from dockerd_lab.machines.fleet import Fleet
    from dockerd_lab.observe.observation import Observation
    from dockerd_lab.session import Session, Subject

#: Columns of the table where the output is no terminal.
LOG_WIDTH = 120

_SESSION = pytest.StashKey["Session"]()
_FAILED = pytest.StashKey[bool]()
_BAD_INPUT = pytest.StashKey[LabError]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the lab's options."""
    group = parser.getgroup("dockerd-lab", "the lab of virtual machines")
    group.addoption(
        "--engine", metavar="ENGINE", help="the engine of `daemon`, of lab.yaml's, or `all`"
    )
    group.addoption(
        "--client-engine", metavar="ENGINE", help="the engine of the machines without a dockerd"
    )
    group.addoption(
        "--unit", metavar="UNIT", help="a docker.service of provision/units instead of the packaged"
    )
    group.addoption(
        "--case",
        action="append",
        default=[],
        metavar="CASE",
        help="a case by its exact name, or a glob; may be given several times",
    )
    group.addoption(
        "--reboot",
        action="store_true",
        help="after each case reboot `daemon` and run its tests again",
    )
    group.addoption(
        "--keep",
        action="store_true",
        help="leave the lab up, with the first failed case in place, and tell how to enter it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "cases(daemon=…, name=…): run only for cases that expect one of these daemon states, or"
        " that have one of these names",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test about observations once per engine and case, another one once per engine."""
    about_cases, about_engines = _ours(metafunc, "subject"), _ours(metafunc, "engine")
    if not about_cases and not about_engines:
        return
    wanted: dict[str, Any] = {}
    for marker in metafunc.definition.iter_markers("cases"):
        wanted.update(marker.kwargs)
    try:
        session = _session(metafunc.config)
        all_subjects, engines = session.subjects, session.engines
    except LabError as error:
        # Not here: pytest would report it once per file, as a fault of that file's.
        metafunc.config.stash[_BAD_INPUT] = error
        all_subjects, engines = [], []
    if not about_cases:
        metafunc.parametrize("engine", engines, indirect=True, scope="session")
        return
    subjects = [
        subject
        for subject in all_subjects
        if subject.case.expect.daemon in wanted.get("daemon", [subject.case.expect.daemon])
        and subject.case.name in wanted.get("name", [subject.case.name])
    ]
    ids = [subject.id for subject in subjects]
    if not about_engines:
        metafunc.parametrize("subject", subjects, ids=ids, indirect=True, scope="session")
        return
    # The machines belong to the engine, so `fleet` depends on it alone.
    pairs = [(subject.engine, subject) for subject in subjects]
    metafunc.parametrize(("engine", "subject"), pairs, ids=ids, indirect=True, scope="session")


def _ours(metafunc: pytest.Metafunc, name: str) -> bool:
    """Whether a test asks for this plugin's fixture of that name, and does not set it itself."""
    definitions = metafunc.definition._fixtureinfo.name2fixturedefs.get(name) or ()
    set_by_test = any(
        name in str(m.args[:1]) for m in metafunc.definition.iter_markers("parametrize")
    )
    ours = any(definition.func.__module__ == __name__ for definition in definitions[-1:])
    return ours and not set_by_test


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of a case together, so that it is applied once.

    Tests none of whose cases are selected are deselected, instead of being shown as skipped.
    """
    if _BAD_INPUT in config.stash:
        _end(config.stash[_BAD_INPUT])
    empty = [i for i in items if any(m.name == "skip" and _is_empty(m) for m in i.iter_markers())]
    if empty:
        config.hook.pytest_deselected(items=empty)
        items[:] = [item for item in items if item not in empty]
    if any(_subject_of(item) for item in items):
        order = _session(config).subjects
        last = len(order)
        engines = _session(config).engines
        # After the cases of an engine come the tests of its machines, then those without any.
        items.sort(
            key=lambda item: (
                engines.index(e) if (e := _param(item, "engine")) in engines else len(engines),
                order.index(s) if (s := _subject_of(item)) else last,
            )
        )


def _is_empty(marker: pytest.Mark) -> bool:
    return "got empty parameter set" in str(marker.kwargs.get("reason", ""))


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that `daemon` runs."""
    return str(request.param)


@pytest.fixture(scope="session")
def unit(request: pytest.FixtureRequest) -> str | None:
    """The docker.service of provision/units that takes the packaged one's place (--unit)."""
    return _session(request.config).unit


@pytest.fixture(scope="session")
def fleet(request: pytest.FixtureRequest, engine: str) -> Iterator[Fleet]:
    """The machines of the lab."""
    from dockerd_lab import progress
    from dockerd_lab.machines.fleet import running

    session = _session(request.config)
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    if terminal is not None and capture is not None:
        progress.sink = partial(_show, terminal, capture)
    try:
        keep = request.config.getoption("keep")
        with running(session.root, session.settings_on(engine), keep=keep) as machines:
            session.fleet = machines
            session.on_machines = None
            yield machines
    except LabError as error:
        _end(error)


@pytest.fixture(scope="session")
def subject(request: pytest.FixtureRequest) -> Subject:
    """The engine and case that the test is about."""
    found: Subject = request.param
    return found


@pytest.fixture(scope="session")
def case(subject: Subject) -> Case:
    """The case that the test is about; it is applied when `observation` is asked for."""
    return subject.case


@pytest.fixture(scope="session")
def observation(request: pytest.FixtureRequest, fleet: Fleet, subject: Subject) -> Observation:
    """What was seen after the case was applied to freshly restored machines."""
    from dockerd_lab.cases.apply import after_boot, apply
    from dockerd_lab.observe.observe import observe

    session = _session(request.config)
    this = (subject.engine, subject.case.name)
    declared = fleet.settings.engine(subject.engine).unit
    unit = session.unit if session.unit != declared else None
    try:
        started = time.monotonic()
        if not (subject.rebooted and session.on_machines == this):
            fleet.restore()
            started = time.monotonic()
            session.applications["/".join(this)] += 1
            session.on_machines = this
        # Does nothing where the case is applied already, as before a reboot.
        apply(fleet.lab, fleet.root, subject.case, unit)
        if subject.rebooted:
            fleet.reboot()
            after_boot(fleet.lab, fleet.root, subject.case, unit)
        seen = observe(fleet, subject.case, subject.id, started)
    except LabError as error:
        _end(error)
    session.observations[subject.id] = seen
    return seen


@pytest.fixture(scope="session")
def applications(request: pytest.FixtureRequest) -> Counter[str]:
    """How often each engine and case was applied in this run, by the subject's id."""
    return _session(request.config).applications


@pytest.fixture
def daemon(fleet: Fleet) -> Any:
    """A testinfra host for the machine that runs dockerd."""
    return _host(fleet, "daemon")


@pytest.fixture
def client(fleet: Fleet) -> Any:
    """A testinfra host for the machine that may control the daemon."""
    return _host(fleet, "client")


@pytest.fixture
def outsider(fleet: Fleet) -> Any:
    """A testinfra host for the machine that may not."""
    return _host(fleet, "outsider")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the evidence of a failed test's case, and name it in the failure."""
    report = yield
    subject = _subject_of(item)
    if report.failed and subject is not None:
        item.session.stash[_FAILED] = True
        session = _session(item.config)
        seen = session.observations.get(subject.id)
        if seen is not None and session.fleet is not None:
            report.sections.append(("the evidence", _evidence(session, subject, seen)))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """With --keep, stop before another case replaces the failed one on the machines."""
    done = yield
    if item.config.getoption("keep") and item.session.stash.get(_FAILED, False):
        following = _subject_of(nextitem) if nextitem is not None else None
        if following != _subject_of(item):
            item.session.shouldfail = "the failed case is kept on the machines (--keep)"
    return done


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of what was seen, and with --keep how to enter the machines."""
    session = config.stash.get(_SESSION, None)
    if session is None or session.fleet is None:
        return
    from dockerd_lab.report.terminal import table

    writer = terminalreporter._tw
    if session.observations:
        terminalreporter.section("what was seen")
        seen = session.observations.values()
        # A log, unlike a terminal, has room for long names.
        width = writer.fullwidth if writer.hasmarkup else max(writer.fullwidth, LOG_WIDTH)
        text = table(seen, width=width, colour=writer.hasmarkup)
        terminalreporter.write(text)
    if config.getoption("keep"):
        terminalreporter.section("the lab is still up")
        terminalreporter.write_line("dockerd-lab shell daemon   # enters the machine")
        terminalreporter.write_line("dockerd-lab down           # ends the lab")


def _session(config: pytest.Config) -> Session:
    """The session of this run, made when first needed; raises BadInput."""
    if _SESSION not in config.stash:
        from dockerd_lab.session import make_session

        session = make_session(
            engine=config.getoption("engine"),
            client_engine=config.getoption("client_engine"),
            unit=config.getoption("unit"),
            patterns=config.getoption("case"),
            reboot=config.getoption("reboot"),
        )
        if len(session.engines) > 1 and config.getoption("keep"):
            raise BadInput("--keep leaves one lab up: give it with one --engine, not with `all`")
        config.stash[_SESSION] = session
    return config.stash[_SESSION]


def _show(terminal: Any, capture: Any, line: str) -> None:
    """Show progress on a line of its own, at once, past pytest's capture."""
    with capture.global_and_fixture_disabled():
        terminal.ensure_newline()
        terminal.write(f"{line}\n", flush=True)


def _end(error: LabError) -> NoReturn:
    """End pytest with the error's message and exit code."""
    pytest.exit(f"{error.kind}: {error}", returncode=error.exit_code)


def _evidence(session: Session, subject: Subject, seen: Observation) -> str:
    """Write a case's evidence, once, and say where it is and what to type next."""
    from dockerd_lab.report import evidence

    assert session.fleet is not None  # noqa: S101  (there is an observation, so there are machines)
    if subject.id not in session.evidence:
        session.evidence[subject.id] = evidence.write(session.fleet, seen)
    directory = session.evidence[subject.id]
    return (
        f"{directory}: {', '.join(sorted(f.name for f in directory.iterdir()))}\n"
        f"to look at the machine: tox -e lab -- --case {subject.case.short_name} --keep"
    )


def _subject_of(item: pytest.Item | None) -> Subject | None:
    found = _param(item, "subject")
    if found is None:
        return None
    from dockerd_lab.session import Subject

    # Another project's test may have a parameter of that name.
    return found if isinstance(found, Subject) else None


def _param(item: pytest.Item | None, name: str) -> Any:
    return getattr(getattr(item, "callspec", None), "params", {}).get(name)


def _host(fleet: Fleet, machine: str) -> Any:
    from dockerd_lab.machines.testinfra_host import testinfra_host

    return testinfra_host(fleet.lab, machine)
