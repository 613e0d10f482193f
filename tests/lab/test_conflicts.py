"""A configuration that dockerd or systemd refuses: how it fails, in which words, what runs then."""

import pytest

from dockerd_lab.explain.matcher import explain

pytestmark = pytest.mark.cases(daemon=["failed", "unchanged"])


def test_the_exact_words(observation, case):
    log = observation.daemon.log
    assert case.expect.words in log, (
        f"nobody said: {case.expect.words}\nwhat was said:\n" + "\n".join(log[-12:])
    )


def test_it_is_the_known_error(observation, case, errors):
    assert case.expect.error in errors, f"there is no known error {case.expect.error}"
    found = [finding.id for finding in explain(observation.daemon.log)]
    assert found
    assert found[0] == case.expect.error, f"the cause must come first: {found}"


def test_how_it_ended(observation, case, subject):
    daemon = observation.daemon
    if case.expect.error == "multiple-execstart" and subject.rebooted:
        assert daemon.service.load_state == "bad-setting"
        assert daemon.exit_status is None, "a refused unit must not have started dockerd"
    elif subject.rebooted:
        assert daemon.unit_result == "exit-code"
        assert daemon.exit_status == "1"
        assert daemon.service.active_state == "failed"
    elif case.expect.daemon == "unchanged":
        assert daemon.outcome.restart_exit_code == 1
        assert daemon.service.load_state == "bad-setting"
        assert daemon.exit_status is None, "the refused restart must not end the old daemon"
    elif daemon.outcome.by_hand_exit_code is None:
        assert daemon.outcome.restart_exit_code == 1
        assert daemon.unit_result == "exit-code"
        assert daemon.exit_status == "1"
    else:
        assert daemon.outcome.by_hand_exit_code == 1


def test_what_runs_afterwards(observation, case):
    daemon = observation.daemon
    if case.expect.daemon == "unchanged":
        assert daemon.service.active_state == "active", "the old daemon must still run"
        assert daemon.service.main_pid > 0
    else:
        assert daemon.command is None, f"no dockerd must run, but there is {daemon.command!r}"
        assert daemon.service.main_pid == 0
