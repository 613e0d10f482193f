"""Does a failure's fix work? Health is what every suite asks: listeners, levels, tools."""

import pytest

from dockerd_lab.explain.matcher import explain

pytestmark = pytest.mark.lab_cases(fixed=True)


def test_every_step_succeeds(observation, assert_expected):
    assert observation.fix, "the case has neither fix.sh nor fix-client.sh"
    assert_expected("fix")
    for steps in observation.fix.values():
        assert "$ " in steps.stdout, f"{steps.command} has no step"


@pytest.mark.lab_cases(has_error=True)
def test_the_error_is_gone(assert_expected):
    assert_expected("error")


@pytest.mark.lab_cases(name=["failures/start-limit-hit"])
def test_the_first_error_is_recovered_from_the_journal(observation):
    """The limit hides it, and only it tells what to fix."""
    findings = explain(observation.fix["daemon"].stdout.splitlines())
    assert [finding.id for finding in findings] == ["unknown-directive"]


@pytest.mark.lab_cases(name=["failures/volume-db-timeout-kill-all"])
def test_the_remedy_kills_more_than_docker(daemon, observation):
    """It is a fix, and ends whoever has the word in his command line."""
    assert daemon.run("systemctl is-active watching.service").stdout.strip() == "failed"
    reloads = [line for line in observation.daemon.log if "Got signal to reload" in line]
    assert len(reloads) == 1, "its last command does nothing but that"
