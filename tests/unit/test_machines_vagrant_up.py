"""vagrant up, as it boots the machines: who is waited for, and who is given up."""

import pytest

from dockerd_lab.machines.vagrant_up import ANSWER_LIMIT, SILENCE_LIMIT, BootHangs, UpProgress

LINES = ["==> client: Starting domain.", "==> client: Waiting for domain to get an IP address..."]


def test_a_machine_that_answers_is_waited_for():
    progress = UpProgress()
    progress.read(LINES, 0)
    progress.read(["==> client: Machine booted and ready!"], 100)
    assert progress.reason_to_give_up(100 + SILENCE_LIMIT) is None


def test_a_machine_that_never_answers_is_named_with_its_last_step():
    progress = UpProgress()
    progress.read(LINES, 0)
    progress.read(["==> daemon: Machine booted and ready!"], ANSWER_LIMIT)
    assert progress.reason_to_give_up(ANSWER_LIMIT) is None
    error = progress.reason_to_give_up(ANSWER_LIMIT + 1)
    assert isinstance(error, BootHangs)
    assert error.message == (
        f"client did not answer within {ANSWER_LIMIT} s after its start;"
        " Vagrant's last step was: Waiting for domain to get an IP address..."
    )


def test_a_machine_that_is_waited_for_may_be_silent():
    progress = UpProgress()
    progress.read(LINES, 0)
    assert progress.reason_to_give_up(SILENCE_LIMIT + 1) is None


def test_a_vagrant_that_hangs_on_a_machine_that_answered_is_given_up():
    progress = UpProgress()
    progress.read([*LINES, "==> client: Machine booted and ready!"], 0)
    assert progress.reason_to_give_up(SILENCE_LIMIT) is None
    error = progress.reason_to_give_up(SILENCE_LIMIT + 1)
    assert isinstance(error, BootHangs)
    assert f"printed nothing for {SILENCE_LIMIT} s" in error.message
    assert "client: Machine booted and ready!" in error.message


@pytest.mark.parametrize("line", ["", "Bringing machine 'daemon' up", "==> ", "==> a b: c"])
def test_other_lines_are_no_steps(line):
    progress = UpProgress()
    progress.read([line], 5)
    assert (progress.steps, progress.last_line) == ({}, 5)
