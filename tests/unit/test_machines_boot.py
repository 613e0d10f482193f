"""vagrant up, as it boots the machines: who is waited for, and who is given up."""

import pytest

from dockerd_lab.machines.boot import ANSWER_LIMIT, Boot

LINES = ["==> client: Starting domain.", "==> client: Waiting for domain to get an IP address..."]


def test_a_machine_that_answers_is_waited_for():
    boot = Boot()
    boot.read(LINES, 0)
    boot.read(["==> client: Machine booted and ready!"], 100)
    assert boot.verdict(100 + ANSWER_LIMIT) == ""


def test_a_machine_that_never_answers_is_named_with_its_last_step():
    boot = Boot()
    boot.read(LINES, 0)
    boot.read(["==> daemon: Machine booted and ready!"], ANSWER_LIMIT)
    assert boot.verdict(ANSWER_LIMIT) == ""
    assert boot.verdict(ANSWER_LIMIT + 1) == (
        f"client did not answer within {ANSWER_LIMIT} s after its start;"
        " Vagrant's last step was: Waiting for domain to get an IP address..."
    )


def test_a_vagrant_that_says_nothing_is_given_up():
    boot = Boot(last_line=0)
    assert boot.verdict(ANSWER_LIMIT) == ""
    assert f"printed nothing for {ANSWER_LIMIT} s" in boot.verdict(ANSWER_LIMIT + 1)


@pytest.mark.parametrize("line", ["", "Bringing machine 'daemon' up", "==> ", "==> a b: c"])
def test_other_lines_are_no_steps(line):
    boot = Boot()
    boot.read([line], 5)
    assert (boot.steps, boot.last_line) == ({}, 5)
