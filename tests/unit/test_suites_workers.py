"""The plugin with pytest-xdist: its workers have a lab each, and hand on what they see."""

from pathlib import Path

import inner_pytest
import pytest
from lab_lock import taken

from dockerd_lab.host.labs import parallel_home

pytest_plugins = ["pytester"]

SUITE = """
import os
from dockerd_lab.suites.fixtures import progress_line

def test_where(lab_subject):
    with open(f"worker-of-{lab_subject.engine}", "a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)

def test_progress(lab_subject, request):
    progress_line(request.config, lab_subject.engine)("lab: booting …")

def test_on(lab_fleet, lab_subject): assert lab_fleet == "machines"
"""


@pytest.fixture
def run(pytester, small_project, monkeypatch):
    """Run a suite with these machines, its workers in processes of their own."""
    monkeypatch.setenv("PYTHONPATH", str(Path(inner_pytest.__file__).parent))

    def make(suite, machines, *args):
        pytester.makeconftest(inner_pytest.conftest(small_project, machines))
        pytester.makepyfile(suite)
        return pytester.runpytest_inprocess(*inner_pytest.OPTIONS, "--dist=loadgroup", *args)

    return make


def test_each_engine_has_one_worker_and_a_broken_one_does_not_stop_the_others(pytester, run, capfd):
    result = run(SUITE, "none_on_debian_13", "--lab-engine=all", "--lab-case=unix-*", "-n2")
    result.assert_outcomes(passed=18, errors=6)
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*debian-13: no further results*", "*no machine came up"])
    workers = [
        (pytester.path / f"worker-of-debian-{number}").read_text().split()
        for number in (11, 12, 14)
    ]
    assert all(len(names) == 2 and len(set(names)) == 1 for names in workers)
    assert len({names[0] for names in workers}) == 2
    assert "debian-12: lab: booting …" in capfd.readouterr().err.splitlines()


def test_a_broken_engine_ends_a_worker_s_run_too(run):
    suite = "def test_on(lab_fleet, lab_subject): pass"
    result = run(suite, "none_on_debian_13", "--lab-engine=debian-13", "--lab-case=unix-*", "-n1")
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*harness broke: no machine came up"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_a_lab_of_other_engines_is_bad_input(run):
    suite = "def test_on(lab_fleet, lab_subject): pass"
    result = run(suite, "bad_input", "--lab-engine=debian-13", "--lab-case=unix-default", "-n1")
    assert result.ret == 2
    assert "bad input: the lab has other engines" in result.stdout.str() + result.stderr.str()


def test_a_lab_that_is_taken_has_an_exit_code_of_its_own(run, small_project):
    options = ("--lab-engine=debian-13", "--lab-case=unix-default", "--lab-wait=0", "-n1")
    with taken(parallel_home(small_project, "debian-13")):
        result = run("def test_on(lab_fleet, lab_subject): pass", "running", *options)
    assert result.ret == 75
    output = result.stdout.str() + result.stderr.str()
    assert "lab busy: another command uses the lab of this project: process 1, up" in output
    assert "Traceback" not in output


def test_an_unknown_case_is_bad_input_and_no_worker_is_asked(run):
    result = run("def test_on(lab_fleet, lab_subject): pass", "running", "-n1", "--lab-case=x")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*bad input: no case is called 'x'*"])
    result.stdout.no_fnmatch_line("*Traceback*")
