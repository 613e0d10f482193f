"""What a run of the plugin ends with, when machines, labs or the harness break."""

import fcntl
from contextlib import contextmanager

import pytest
from inner_pytest import (
    OPTIONS,
    Replacements,
    bad_input,
    endless_on_debian_12,
    none_on_debian_13,
)
from lab_lock import is_taken, taken

from dockerd_lab.suites import outcome

pytest_plugins = ["pytester"]

ONE_TEST = "def test_on(lab_fleet, lab_subject): assert lab_fleet == 'machines'"
TWO_TESTS = (
    "def test_on(lab_fleet, lab_subject): pass\n\ndef test_more(lab_fleet, lab_subject): pass"
)
LOST = """
from dockerd_lab.errors import HarnessError

def test_lost(lab_fleet, lab_subject):
    if lab_subject.engine == "debian-12": raise HarnessError("ssh to daemon failed")

def test_after_it(lab_fleet, lab_subject): pass
"""


@pytest.fixture
def run(pytester, small_project):
    """Run a suite with these machines, in this process."""

    def make(suite, machines, *args):
        pytester.makepyfile(suite)
        plugins = [Replacements(small_project, machines)]
        return pytester.runpytest_inprocess(
            *OPTIONS, "--lab-case=unix-default", *args, plugins=plugins, no_reraise_ctrlc=True
        )

    return make


def test_a_broken_engine_does_not_stop_the_others(run):
    result = run(ONE_TEST, none_on_debian_13, "--lab-engine=all")
    result.assert_outcomes(passed=3, errors=1)
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*debian-13: no further results*", "*no machine came up"])


def test_a_broken_engine_ends_a_run_of_its_own(pytester, run):
    result = run(TWO_TESTS, none_on_debian_13, "--lab-engine=debian-13", "--junitxml=x.xml", "-v")
    assert result.ret == 3
    result.assert_outcomes(errors=1)  # of two
    result.stdout.fnmatch_lines(
        ["*harness broke: no machine came up", "*the harness broke, and the run ends*"]
    )
    assert 'errors="1"' in (pytester.path / "x.xml").read_text()


def test_a_lab_that_does_not_end_after_an_interrupt(run):
    suite = "def test_on(lab_fleet, lab_subject): raise KeyboardInterrupt"
    result = run(suite, endless_on_debian_12, "--lab-engine=debian-12")
    assert result.ret == 3
    assert "harness broke: the lab does not end" in result.stdout.str() + result.stderr.str()
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_lab_that_does_not_end_says_nothing_of_the_next_engine(run):
    assert run(TWO_TESTS, endless_on_debian_12, "--lab-engine=debian-12").ret == 3
    among_others = run(TWO_TESTS, endless_on_debian_12, "--lab-engine=all")
    assert among_others.ret == 3
    among_others.stdout.fnmatch_lines(["*debian-12: no further results*"])
    assert "debian-13: nothing more" not in among_others.stdout.str()
    # The one that comes next is told so, at its first test.
    among_others.assert_outcomes(passed=7, errors=1)


def test_a_machine_that_is_lost_in_a_test_is_the_harness_s_failure(run):
    alone = run(LOST, none_on_debian_13, "--lab-engine=debian-12")
    assert alone.ret == 3
    alone.assert_outcomes(failed=1)
    alone.stdout.fnmatch_lines(["*harness broke: ssh to daemon failed"])
    among_others = run(LOST, none_on_debian_13, "--lab-engine=all")
    # debian-13 never came up; debian-12 was there for one test.
    among_others.assert_outcomes(passed=4, failed=1, errors=3)
    assert among_others.ret == 3
    among_others.stdout.fnmatch_lines(["*debian-12: no further results*", "*ssh to daemon*"])


def test_a_lab_of_other_engines_is_bad_input(run):
    result = run(ONE_TEST, bad_input, "--lab-engine=debian-13")
    assert result.ret == 2
    assert "bad input: the lab has other engines" in result.stdout.str() + result.stderr.str()


def test_a_lab_that_is_taken_has_an_exit_code_of_its_own(run, small_project):
    with taken(small_project.state):
        result = run(ONE_TEST, none_on_debian_13, "--lab-engine=debian-12", "--lab-wait=0")
    assert result.ret == 75
    output = result.stdout.str() + result.stderr.str()
    assert "lab busy: another command uses the lab of this project: process 1, up" in output
    assert "Traceback" not in output


def test_a_run_of_several_engines_holds_the_lab_throughout(run, small_project):
    home = small_project.state
    held = []

    @contextmanager
    def machines(*_, **__):
        held.append(is_taken(home))
        yield "machines"
        held.append(is_taken(home))

    run(ONE_TEST, machines, "--lab-engine=all").assert_outcomes(passed=4)
    assert held == [True] * 8
    with (home / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # it is free when the run is over


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        (["lab busy: x", "lab busy: y: bad input: "], 75),
        (["lab busy: x", "bad input: y"], 2),
        (["lab busy: x", "harness broke: y"], 3),
        (["bad input: x", "harness broke: y", "lab busy: z"], 3),
    ],
)
def test_the_exit_code_of_several_engines_that_broke(reasons, code):
    assert outcome._exit_code(reasons) == code
