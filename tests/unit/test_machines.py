"""The harness and the machines, as far as no machine is needed."""

import json
import subprocess
import sys

import pytest

from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.machines.boot import ANSWER_LIMIT, Boot
from dockerd_lab.machines.vagrant import environment
from dockerd_lab.settings import checkout, load_settings


def ask(questions):
    done = subprocess.run(
        [sys.executable, checkout() / "provision/ask.py"],
        input=json.dumps(questions).encode() + b"\n",
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_questions_are_answered_in_one_go():
    answers = ask({"a": ["echo out; echo err >&2; exit 3", 5], "b": [r"printf '\377'", 5]})
    assert answers["a"]["exit_code"] == 3
    assert (answers["a"]["stdout"], answers["a"]["stderr"]) == ("out\n", "err\n")
    assert answers["b"]["stdout"] == "\ufffd"


def test_a_question_that_hangs_costs_its_limit_and_no_more():
    (answer,) = ask({"hang": ["echo early; sleep 60", 0.2]}).values()
    assert answer["exit_code"] == 124
    assert "no answer within 0 s" in answer["stderr"]
    assert answer["stdout"] == "early\n"
    assert answer["seconds"] < 10


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


def test_vagrants_of_two_labs_do_not_share_their_temporary_files(tmp_path):
    settings = load_settings(checkout())
    for name in ("one", "two"):
        lab = Sandbox(tmp_path / name, "qemu", False, pid=1, started=1)
        place = environment(lab, checkout(), settings)["TMPDIR"]
        assert place.startswith(f"{lab.directory}/")
