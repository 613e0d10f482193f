"""provision/ask.py, which runs shell commands on a machine."""

import json
import subprocess
import sys

from dockerd_lab.project import package_data


def ask(questions):
    result = subprocess.run(
        [sys.executable, package_data() / "provision/ask.py"],
        input=json.dumps(questions).encode() + b"\n",
        capture_output=True,
        check=True,
    )
    return json.loads(result.stdout)


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
