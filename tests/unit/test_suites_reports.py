"""--lab-html and --lab-json: the reports of a run of pytest, also with workers and failed tests."""

import json
import re
from pathlib import Path

import inner_pytest
import pytest

from dockerd_lab.judge.verdict import ProjectReport
from dockerd_lab.observe import evidence
from dockerd_lab.report.result_file import last_run
from dockerd_lab.suites import outcome  # noqa: F401  (the inner pytests need not import it each)

pytest_plugins = ["pytester"]

SUITE = """
def test_observed(lab_observation): pass

def test_wrong(lab_observation, lab_case):
    assert lab_case.name != "methods/unix-default", "the <b>reason</b>"
"""
CONFTEST = """
from dataclasses import replace
from types import SimpleNamespace
from contextlib import contextmanager
from pathlib import Path
from dockerd_lab.observe import evidence
from dockerd_lab.report.result_file import last_run
from dockerd_lab.suites import outcome  # noqa: F401  (the inner pytests need not import it each)
from observations import observation

@contextmanager
def machines(project, settings, **_):
    yield SimpleNamespace(restored=0, project=project, lab=SimpleNamespace(), versions={},
                          engine=settings.engine_of("daemon"))

inner_pytest.made_up = machines
evidence.write = lambda fleet, seen: Path.cwd()

def pytest_dockerd_lab_trial(fleet, plan, already_applied):
    made = observation(engine=fleet.engine)
    return replace(made, subject=plan.subject, case=plan.configuration.name)
"""


@pytest.fixture
def run(pytester, small_project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(inner_pytest.__file__).parent))
    monkeypatch.setattr(evidence, "write", None)  # the conftest.py's takes its place, and goes
    conftest = inner_pytest.conftest(small_project, "made_up")
    head, _, tail = conftest.partition("replacements =")
    pytester.makeconftest(f"{head}{CONFTEST}\nreplacements ={tail}")
    pytester.makepyfile(SUITE)

    def run_suite(*args, engines=("debian-12", "debian-14")):
        chosen = ("--lab-case=unix-*", *(f"--lab-engine={engine}" for engine in engines))
        return pytester.runpytest_inprocess(*inner_pytest.WORKERS, *chosen, *args)

    return run_suite


@pytest.mark.parametrize(
    ("args", "engines"),
    [
        ((), ("debian-12", "debian-14")),
        # As `tox -e full -- --html FILE` does.
        (("-n2",), ("debian-11", "debian-12", "debian-13", "debian-14")),
    ],
    ids=["alone", "two workers on all engines"],
)
def test_a_run_writes_one_report_of_all_that_was_observed(
    pytester, run, small_project, args, engines
):
    of_run = ("all",) if args else engines
    run("--lab-html=report.html", "--lab-json=result.json", *args, engines=of_run)
    data = json.loads((pytester.path / "result.json").read_text())
    reports = {each.case: each for each in ProjectReport.model_validate(data).configurations}
    tried = {case: tuple(each.engine for each in one.results) for case, one in reports.items()}
    assert tried == {"methods/unix-default": engines, "methods/unix-only": engines}
    assert list(tried) == sorted(tried)
    assert reports["methods/unix-only"].results[0].reasons[0].startswith("the command line: ")
    page = (pytester.path / "report.html").read_text()
    cells = re.findall(r'<details class="trial \w+" id="(.*?)"', page)
    assert {*cells} == {f"{case}.{engine}" for case in tried for engine in engines}
    assert {each.name for each in pytester.path.glob("*.html")} == {"report.html"}
    assert reports["methods/unix-only"].repeat == "dockerd-lab validate methods/unix-only"
    assert last_run(small_project).read_text() == (pytester.path / "result.json").read_text()


def test_a_failed_test_fails_its_configuration(pytester, run):
    """The judge finds nothing wrong with it, and the suite does."""
    run("--lab-html=report.html", "--lab-json=result.json").assert_outcomes(passed=6, failed=2)
    data = json.loads((pytester.path / "result.json").read_text())
    result = data["configurations"][0]["results"][0]
    assert result["verdict"] == "failed"
    assert "test_wrong: AssertionError: the <b>reason</b>" in result["reasons"][0]
    assert result["findings"][0]["message"] == result["reasons"][0]
    assert result["evidence"]["directory"] == str(pytester.path)
    page = (pytester.path / "report.html").read_text()
    assert "the &lt;b&gt;reason&lt;/b&gt;" in page
    assert "<b>reason" not in page


def test_a_file_that_cannot_be_written_is_bad_input(run):
    result = run("--lab-html=nowhere/report.html")
    assert result.ret == 2
    assert "bad input: --lab-html nowhere/report.html: cannot be written" in (
        result.stdout.str() + result.stderr.str()
    )


def test_a_fix_and_a_reboot_have_their_own_command(pytester, run):
    run("--lab-json=result.json", "--lab-case=failures/fd-by-hand", "--lab-engine=debian-12")
    data = json.loads((pytester.path / "result.json").read_text())
    commands = {each["case"]: each["repeat"] for each in data["configurations"]}
    assert commands["failures/fd-by-hand"] == "dockerd-lab validate failures/fd-by-hand"
    assert (
        commands["failures/fd-by-hand-fixed"] == "dockerd-lab reproduce failures/fd-by-hand --fix"
    )
    run("--lab-json=result.json", "--lab-reboot")
    data = json.loads((pytester.path / "result.json").read_text())
    assert {each["case"]: each["repeat"] for each in data["configurations"]}[
        "methods/unix-only-rebooted"
    ] == "dockerd-lab validate methods/unix-only --reboot"
