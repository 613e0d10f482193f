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
        return pytester.runpytest_inprocess(*inner_pytest.WORKERS, *args)

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
    with taken(parallel_home(small_project, "gw0")):
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


BREAKS = """
import os
import time
import pytest
from dockerd_lab.errors import HarnessError

def test_where(lab_fleet, lab_subject):
    time.sleep(0.2)  # long enough for the other worker to take a case, too
    open(f"{lab_subject.short_name}.{os.environ['PYTEST_XDIST_WORKER']}", "w")

def test_again(lab_fleet, lab_subject): test_where(lab_fleet, lab_subject)

def test_first(lab_fleet, lab_subject):
    if lab_subject.short_name == "unix-default" and len(lab_fleet) == 1:
        raise HarnessError("the lab ended")

def test_second(lab_fleet, lab_subject, request):
    with open(f"second-{lab_subject.short_name}", "w") as file:
        file.write(" ".join(lab_fleet))
"""


def test_cases_are_shared_out_and_a_lab_that_breaks_costs_one_of_them(pytester, run):
    result = run(BREAKS, "with_renewals", "--lab-engine=debian-12", "--lab-case=methods/*", "-n2")
    result.assert_outcomes(passed=14, failed=1, errors=1)
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*harness broke: the lab ended"])
    files = {file.name: file.read_text() for file in pytester.path.glob("second-*")}
    assert "second-unix-default" not in files, "its machines are gone"
    assert len(files) == 3
    assert set(files.values()) <= {"booted", "booted renewed"}, "a new lab goes on"
    workers = [path.suffix for path in pytester.path.glob("*.gw?")]
    assert {*workers} == {".gw0", ".gw1"}
    assert len(workers) == 4, "all tests of a case have one worker"
