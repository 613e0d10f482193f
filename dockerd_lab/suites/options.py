"""Defines the plugin's options, makes the session that they select, and ends it early on errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from dockerd_lab.errors import LAB_WAIT, BadInput, LabError, missing_package
from dockerd_lab.progress import say
from dockerd_lab.suites import hooks, reports

if TYPE_CHECKING:
    from dockerd_lab.project import Project
    from dockerd_lab.suites.session import Session

#: The options that say what a run is about.
_SELECTING = ("lab_engine", "lab_client_engine", "lab_unit", "lab_case", "lab_reboot", "lab_keep")
#: The key of a pytest-xdist worker's output, for its main process.
WORKER_OUTPUT = "dockerd_lab"
_SESSION = pytest.StashKey["Session"]()
#: Whether a test or one of its fixtures is running.
IN_A_TEST = pytest.StashKey[bool]()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the plugin's internal hooks."""
    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(trylast=True)
def pytest_dockerd_lab_project() -> Project:
    """Return the project that the harness finds."""
    from dockerd_lab.project import find_project

    return find_project()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the lab's options."""
    group = parser.getgroup("dockerd-lab", "the lab of virtual machines")
    group.addoption(
        "--lab-engine",
        action="append",
        default=[],
        metavar="ENGINE",
        help="an engine for `daemon`, of lab.yaml's; may be repeated. `all` of them"
        " where no other is given",
    )
    group.addoption(
        "--lab-client-engine", metavar="ENGINE", help="the engine of the machines without a dockerd"
    )
    group.addoption(
        "--lab-unit",
        metavar="UNIT",
        help="a docker.service of provision/units instead of the packaged",
    )
    group.addoption(
        "--lab-case",
        action="append",
        default=[],
        metavar="CASE",
        help="a configuration or case by its exact name, or a glob; may be repeated. Without it:"
        " what dockerd-lab.yaml declares or, without one, the methods and the conflicts among them",
    )
    group.addoption(
        "--lab-reboot",
        action="store_true",
        help="after each case reboot `daemon` and run its tests again",
    )
    group.addoption(
        "--lab-keep",
        action="store_true",
        help="leave the lab up, with the first failed case in place, and tell how to enter it",
    )
    group.addoption(
        "--lab-render",
        action="store_true",
        help="run the commands with which dockerd-lab.yaml renders configurations",
    )
    group.addoption(
        "--lab-wait",
        type=int,
        default=LAB_WAIT,
        metavar="SECONDS",
        help="how long to wait where another command uses the lab; exit code 75 after that"
        f" (default: {LAB_WAIT})",
    )
    reports.add_options(group)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    if not config.pluginmanager.hasplugin("xdist"):
        config.addinivalue_line("markers", "xdist_group(name): pytest-xdist's; it is not here")
    config.addinivalue_line(
        "markers",
        "lab_cases(name=[…], without=[…], daemon=[…], client=[…], engine=[…], category=…, main=…,"
        " fails=…, has_error=…, fixed=…, rebooted=…, unit=…): run only for cases with, or"
        " without, these names, that expect one of these daemon states, one of these levels of"
        " the client, on one of these engines, of this directory under provision, in the main"
        " job or not, that fail or do not, with a known error or without,"
        " before or after they are fixed or rebooted, with this docker.service",
    )


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process is one of pytest-xdist's workers."""
    return hasattr(config, "workerinput")


def worker_name(config: pytest.Config) -> str:
    """Return pytest-xdist's name of this worker, `gw0`."""
    return str(config.workerinput["workerid"])  # type: ignore[attr-defined]


def count_labs(config: pytest.Config) -> int:
    """Return how many labs run at the same time: one for each of pytest-xdist's workers."""
    return int(getattr(config, "workerinput", {}).get("workercount", 1))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Check the options, in pytest-xdist's main process before every worker does."""
    config = session.config
    try:
        reports.check_report_files(config)
    except LabError as error:
        exit_pytest(error)
    if not any(config.getoption(name) for name in _SELECTING):
        return  # perhaps no test is about machines
    if getattr(config.option, "dist", "no") != "no" and not is_worker(config):
        try:
            session_of(config)
        except LabError as error:
            exit_pytest(error)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Return how many labs `-n auto --dist loadgroup` runs at once; see suites/parallel.py.

    None leaves the number to pytest-xdist, where another --dist says that this is not about labs.
    """
    if config.getoption("dist") != "loadgroup":
        return None
    from dockerd_lab.suites.parallel import labs_at_once

    return labs_at_once(config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Add the rows of a pytest-xdist worker to the table, if its tests were about machines."""
    output = getattr(node, "workeroutput", {}).get(WORKER_OUTPUT)
    if output is not None:
        use_lab(node.config)
        from dockerd_lab.suites.outcome import add_worker_output

        add_worker_output(node.config, output)


def use_lab(config: pytest.Config) -> None:
    """Load the parts of the plugin that only tests about machines need."""
    from dockerd_lab.suites import broken, outcome

    for module in (outcome, broken):
        if not config.pluginmanager.has_plugin(module.__name__):
            config.pluginmanager.register(module)


def session_of(config: pytest.Config) -> Session:
    """Return the session of this run, made when first needed.

    Raises BadInput, and HarnessError if the packages that drive the machines are not installed.
    """
    if _SESSION not in config.stash:
        try:
            from dockerd_lab.suites.session import make_session
        except ModuleNotFoundError as error:
            if (missing := missing_package(error, "a test on machines")) is not None:
                raise missing from None
            raise

        session = make_session(
            config.hook.pytest_dockerd_lab_project(),
            engines=config.getoption("lab_engine"),
            client_engine=config.getoption("lab_client_engine"),
            unit=config.getoption("lab_unit"),
            patterns=config.getoption("lab_case"),
            reboot=config.getoption("lab_reboot"),
            run_commands=config.getoption("lab_render"),
        )
        config.add_cleanup(session.close)
        if config.getoption("lab_keep"):
            if len(session.engines) > 1:
                raise BadInput("--lab-keep leaves one lab up: give it with one --lab-engine")
            if getattr(config.option, "dist", "no") != "no":
                raise BadInput("--lab-keep leaves one lab up: give it without -n")
        config.stash[_SESSION] = session
    return config.stash[_SESSION]


def running_session(config: pytest.Config) -> Session | None:
    """Return the session of this run, if it was made already."""
    return config.stash.get(_SESSION, None)


def exit_pytest(error: LabError) -> NoReturn:
    """End pytest with the error's message and exit code."""
    pytest.exit(f"{error.kind}: {error}", returncode=error.exit_code)


def fail_engine(run: pytest.Session, engine: str, error: LabError) -> NoReturn:
    """Fail the current test and all later ones of an engine; the first `error` is the reason.

    So every report has the error. A run of one engine ends, and one that could not begin has no
    report.
    """
    session = session_of(run.config)
    alone = len(session.engines) == 1 and not is_worker(run.config)
    # An error after the last test, as after Ctrl-C, has no report either.
    if (alone and isinstance(error, BadInput)) or not run.config.stash.get(IN_A_TEST, False):
        exit_pytest(error)
    if engine not in session.broken:
        session.broken[engine] = f"{error.kind}: {error}"
        if len(session.engines) > 1:
            say(f"lab: no further results for {engine}: {session.broken[engine]}")
    if alone:
        run.shouldfail = "the harness broke, and the run ends"
    pytest.fail(session.broken[engine], pytrace=False)
