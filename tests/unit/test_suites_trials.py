"""When the plugin applies a case to the machines, and when it goes on from what is there."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from copies import CHECKOUT
from inner_pytest import OPTIONS, Replacements
from observations import observation

from dockerd_lab.project import find_project

pytest_plugins = ["pytester"]

SUITE = """
import pytest

def test_first(lab_observation): pass

@pytest.mark.lab_cases(fixed=False, rebooted=False)
def test_of_the_case_alone(lab_observation, lab_case): pass

def test_judgement(lab_judgement, lab_subject): pass
"""
RESTORES = """
import pytest

@pytest.mark.lab_cases(fixed=False, rebooted=False)
def test_restores(lab_fleet, lab_observation): lab_fleet.restored += 1
"""


class Trials(Replacements):
    """Machines that are made up, and the trials that were run on them."""

    def __init__(self, project):
        super().__init__(project, self.make_machines)
        self.trials = []

    @staticmethod
    @contextmanager
    def make_machines(project, settings, **_):
        engine = settings.engine_of("daemon")
        yield SimpleNamespace(
            restored=0,
            lab=None,
            project=project,
            settings=settings,
            engine=engine,
            address="192.0.2.1",
        )

    def pytest_dockerd_lab_trial(self, fleet, plan, already_applied):
        assert plan.check_idempotent == (plan.then != "fix")
        self.trials.append((plan.subject, plan.then, already_applied))
        return replace(observation(engine=fleet.engine), subject=plan.subject)


CASE = ("debian-12/hosts-in-unit-and-file", "nothing", False)
FIXED = "debian-12/hosts-in-unit-and-file-fixed"
REBOOTED = "debian-12/unix-default-rebooted"


@pytest.fixture
def trials(pytester, small_project):
    """Run a suite, and return the trials in their order."""

    def run(suite, *args):
        pytester.makepyfile(suite)
        plugin = Trials(small_project)
        result = pytester.runpytest_inprocess(*OPTIONS, *args, plugins=[plugin])
        assert result.ret == 0, result.stdout.str()
        return plugin.trials

    return run


def test_a_case_is_applied_once_for_all_tests_and_its_fix_goes_on_from_there(trials):
    assert trials(SUITE, "--lab-case=*unit-and-file") == [CASE, (FIXED, "fix", True)]


def test_a_reboot_goes_on_from_there_too(trials):
    assert trials(SUITE, "--lab-case=unix-default", "--lab-reboot") == [
        ("debian-12/unix-default", "nothing", False),
        (REBOOTED, "reboot", True),
    ]


def test_what_a_test_has_restored_is_applied_again(trials):
    assert trials(SUITE + RESTORES, "--lab-case=*unit-and-file") == [CASE, (FIXED, "fix", False)]
    assert trials(SUITE + RESTORES, "--lab-case=unix-default", "--lab-reboot")[-1] == (
        REBOOTED,
        "reboot",
        False,
    )


@pytest.mark.parametrize("reboot", [[], ["--lab-reboot"]])
def test_the_suites_of_this_repository_apply_each_case_once(pytester, reboot):
    """Their fixtures alone are set up: what a test restores in its body is not restored."""
    plugin = Trials(find_project())
    cases = (
        "--lab-case=unix-default",
        "--lab-case=daemon-json",
        "--lab-case=hosts-in-unit-and-file",
    )
    suites = (
        "--setup-only",
        "--import-mode=importlib",
        f"--rootdir={CHECKOUT}",
        CHECKOUT / "tests/lab",
    )
    result = pytester.runpytest_inprocess(*OPTIONS, *cases, *reboot, *suites, plugins=[plugin])
    assert result.ret == 0, result.stdout.str()
    subjects = [subject for subject, _, _ in plugin.trials]
    assert len(subjects) == len(set(subjects)) == (6 if reboot else 4)
    assert [then for _, then, goes_on in plugin.trials if not goes_on] == ["nothing"] * 3
