"""Selects the engines and cases of each test, and sorts the tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, get_args

import pytest

from dockerd_lab.errors import BadInput, LabError
from dockerd_lab.suites import fixtures
from dockerd_lab.suites.options import exit_pytest, running_session, session_of, use_lab

if TYPE_CHECKING:
    from dockerd_lab.suites.session import Session
    from dockerd_lab.suites.subject import Subject

_BAD_INPUT = pytest.StashKey[LabError]()


#: The keywords of the marker `lab_cases`: each says whether a subject meets the keyword's value.
CONDITIONS: dict[str, Callable[[Subject, Any], bool]] = {
    "name": lambda subject, names: subject.name in names,
    "without": lambda subject, names: subject.name not in names,
    "daemon": lambda subject, states: _expects(subject, "daemon", states),
    "client": lambda subject, levels: _expects(subject, "client", levels),
    "engine": lambda subject, engines: subject.engine in engines,
    "category": lambda subject, category: subject.category == category,
    "main": lambda subject, main: (subject.case is not None and subject.case.spec.main) is main,
    "has_error": lambda subject, has: (
        (subject.case is not None and subject.case.spec.expect.error is not None) is has
    ),
    "fixed": lambda subject, fixed: subject.fixed is fixed,
    "fails": lambda subject, fails: subject.fails is fails,
    "rebooted": lambda subject, rebooted: subject.rebooted is rebooted,
    "unit": lambda subject, unit: subject.unit == unit,
}


def _expects(subject: Subject, key: str, values: Collection[str]) -> bool:
    """Return whether a case expects one of these; what has no case expects nothing."""
    return subject.case is not None and getattr(subject.case.expect, key) in values


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test about observations once per engine and case, another one once per engine."""
    about_cases = _uses_fixture(metafunc, "lab_subject")
    about_engines = _uses_fixture(metafunc, "lab_engine")
    if not about_cases and not about_engines:
        return
    use_lab(metafunc.config)
    conditions: dict[str, Any] = {}
    try:
        if _BAD_INPUT in metafunc.config.stash:  # an earlier test's
            raise metafunc.config.stash[_BAD_INPUT]
        # The closest marker comes first, and a function's wins over its module's.
        for marker in metafunc.definition.iter_markers("lab_cases"):
            if unknown := sorted(set(marker.kwargs) - set(CONDITIONS)):
                where = metafunc.definition.nodeid
                raise BadInput(f"{where}: the marker `lab_cases` has no {', '.join(unknown)}")
            conditions = {**marker.kwargs, **conditions}
        session = session_of(metafunc.config)
        _check_values(metafunc.definition.nodeid, conditions, session)
        all_subjects, engines = session.subjects, session.engines
    except LabError as error:
        # It is raised later: here, pytest would report it for each file, as the file's fault.
        metafunc.config.stash[_BAD_INPUT] = error
        all_subjects, engines = [], []
    if not about_cases:
        params = [pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in engines]
        metafunc.parametrize("lab_engine", params, indirect=True, scope="session")
        return
    subjects = [
        subject
        for subject in all_subjects
        if all(CONDITIONS[key](subject, value) for key, value in conditions.items())
    ]
    # The machines belong to the engine, so `fleet` depends on it alone.
    names = ("lab_engine", "lab_subject") if about_engines else ("lab_subject",)
    params = [
        pytest.param(
            *((s.engine, s) if about_engines else (s,)), id=s.id, marks=_xdist_group(s, session)
        )
        for s in subjects
    ]
    metafunc.parametrize(names, params, indirect=True, scope="session")


def _check_values(where: str, conditions: Mapping[str, Any], session: Session) -> None:
    """Raise BadInput if a marker has a value that does not exist: its test would never run."""
    import difflib

    from dockerd_lab.cases.model import DaemonState
    from dockerd_lab.levels import LEVELS

    allowed: dict[str, Collection[str]] = {
        "name": session.case_names,
        "without": session.case_names,
        "daemon": get_args(DaemonState),
        "client": LEVELS,
        "engine": session.settings.engines,
    }
    for key in allowed.keys() & conditions.keys():
        for value in conditions[key]:
            if value not in allowed[key]:
                near = difflib.get_close_matches(str(value), allowed[key], 1, 0.3)
                hint = f"; is it {near[0]}?" if near else ""
                raise BadInput(f"{where}: the marker `lab_cases` has {key}={value!r}{hint}")


def _xdist_group(subject: Subject, session: Session) -> pytest.MarkDecorator:
    """Return the mark that sends all tests of a case to one pytest-xdist worker.

    Where there are several engines it is all tests of an engine, since a worker has one lab.
    """
    alone = len(session.engines) == 1
    return pytest.mark.xdist_group(subject.name if alone else subject.engine)


def _uses_fixture(metafunc: pytest.Metafunc, name: str) -> bool:
    """Return whether a test uses this plugin's fixture of that name, and does not set it itself."""
    definitions = metafunc.definition._fixtureinfo.name2fixturedefs.get(name) or ()
    set_by_test: set[str] = set()
    for marker in metafunc.definition.iter_markers("parametrize"):
        names = marker.args[0] if marker.args else marker.kwargs.get("argnames", ())
        set_by_test |= {n.strip() for n in (names.split(",") if isinstance(names, str) else names)}
    is_plugin_fixture = any(d.func.__module__ == fixtures.__name__ for d in definitions[-1:])
    return is_plugin_fixture and name not in set_by_test


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of a case together, so that it is applied once.

    Tests none of whose cases are selected are deselected, instead of being shown as skipped.
    """
    if _BAD_INPUT in config.stash:
        exit_pytest(config.stash[_BAD_INPUT])
    empty = [i for i in items if any(m.name == "skip" and _is_empty(m) for m in i.iter_markers())]
    if empty:
        config.hook.pytest_deselected(items=empty)
        items[:] = [item for item in items if item not in empty]
    if any(subject_of(item) for item in items):
        order = {subject.id: at for at, subject in enumerate(session_of(config).subjects)}
        engines = session_of(config).engines
        # After the cases of an engine come the tests of its machines, then those without any.
        items.sort(
            key=lambda item: (
                engines.index(e) if (e := _param(item, "lab_engine")) in engines else len(engines),
                order[s.id] if (s := subject_of(item)) else len(order),
            )
        )


def _is_empty(marker: pytest.Mark) -> bool:
    return "got empty parameter set" in str(marker.kwargs.get("reason", ""))


def subject_of(item: pytest.Item | None) -> Subject | None:
    """Return the engine and case that a test is about, if any."""
    param = _param(item, "lab_subject")
    if param is None:
        return None
    from dockerd_lab.suites.subject import Subject

    # Another project's test may have a parameter of that name.
    return param if isinstance(param, Subject) else None


def engine_of(item: pytest.Item) -> str | None:
    """Return the engine whose machines a test is about, if any."""
    subject = subject_of(item)
    if subject is not None:
        return subject.engine
    param, session = _param(item, "lab_engine"), running_session(item.config)
    # Another project's test may have a parameter of that name.
    return param if session and isinstance(param, str) and param in session.engines else None


def _param(item: pytest.Item | None, name: str) -> Any:
    return getattr(getattr(item, "callspec", None), "params", {}).get(name)
