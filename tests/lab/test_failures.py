"""What goes wrong: in which words, whether they are understood, and what runs then."""

import pytest

pytestmark = pytest.mark.lab_cases(fails=True)


def test_the_exact_words(case, assert_expected):
    assert case.expect.words or case.expect.no_effect, "a failure has words, or is silent"
    assert_expected("words")


def test_it_is_the_known_error(case, errors, assert_expected):
    """Of what a person would paste, the cause is explained, and before its consequences."""
    assert case.expect.error in (None, *errors), f"there is no known error {case.expect.error}"
    assert_expected("error")


@pytest.mark.lab_cases(daemon=["unchanged"])
def test_a_refused_unit_leaves_the_old_daemon(observation):
    daemon = observation.daemon
    assert daemon.outcome.restart_exit_code == 1
    assert daemon.service.load_state == "bad-setting"
    assert daemon.exit_status is None, "the refused restart must not end the old daemon"
    assert daemon.service.active_state == "active", "the old daemon must still run"


@pytest.mark.lab_cases(daemon=["failed"])
def test_a_failed_start_leaves_none(observation, subject):
    daemon = observation.daemon
    codes = (daemon.outcome.restart_exit_code, daemon.outcome.by_hand_exit_code)
    assert any(codes) or subject.rebooted, "a failed start has an exit code other than 0"
    assert daemon.service.active_state != "active"
    assert daemon.service.main_pid == 0


@pytest.mark.lab_cases(main=True)
def test_how_a_conflict_ended(observation, case, subject):
    daemon = observation.daemon
    assert case.expect.words in daemon.log, "a line of its own, word for word"
    if case.expect.error == "multiple-execstart":
        assert daemon.service.load_state == "bad-setting"
        assert daemon.exit_status is None, "a refused unit must not have started dockerd"
    elif daemon.outcome.by_hand_exit_code is not None:
        assert daemon.outcome.by_hand_exit_code == 1
    else:
        assert daemon.outcome.restart_exit_code == (None if subject.rebooted else 1)
        assert daemon.unit_result == "exit-code"
        assert daemon.exit_status == "1"
    if case.expect.daemon == "unchanged":
        assert daemon.service.main_pid > 0, "the old daemon must still run"
    else:
        assert daemon.command is None, f"no dockerd must run, but there is {daemon.command!r}"
    if subject.rebooted and case.expect.error != "multiple-execstart":
        assert daemon.service.active_state == "failed"


@pytest.mark.lab_cases(name=["failures/volume-db-timeout-kill-all"])
def test_somebody_else_works_on(daemon, observation):
    assert daemon.run("systemctl is-active watching.service").stdout.strip() == "active"
