"""Programs on a machine: the runner, with this computer for the machine."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh
from dockerd_lab.machines.ask import Question, ask, asking, put
from dockerd_lab.machines.program import load, started
from dockerd_lab.settings import checkout

ECHO = "import json, sys\nfor line in sys.stdin: print(json.dumps([json.loads(line)]), flush=True)"
WHO = "import json, os, sys\nsys.stdin.readline()\nprint(json.dumps([os.getuid(), os.getgroups()]))"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A lab whose ssh leads nowhere else; `forwarded` is where the runner listens."""
    place = tmp_path / "s"
    runners = []

    def run(lab, machine, command, *, what, timeout, stdin=b""):
        argv = [sys.executable, "-I", "-S", "-c", stdin.decode(), str(place)]
        runners.append(command)
        return subprocess.run(argv, capture_output=True, check=False)

    monkeypatch.setattr(ssh, "run", run)
    monkeypatch.setattr(ssh, "forward", lambda lab, machine, there: None)
    monkeypatch.setattr(ssh, "forwarded", lambda lab, machine: place)
    yield Lab(tmp_path, 0, 0, "qemu", kept=False, sandbox=False), runners
    for line in subprocess.run(
        ["pgrep", "-f", f"{place}$"], capture_output=True, text=True, check=False
    ).stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(line), signal.SIGTERM)


@pytest.fixture
def programs(root):
    """A checkout whose program is this one."""

    def make(source):
        (root / "provision/mine.py").write_text(source)
        return root

    return make


def test_it_is_given_one_line_after_the_other(machine, programs):
    lab, runners = machine
    for _ in range(2):
        with started(lab, programs(ECHO), "daemon", "mine") as program:
            assert program.answer("one", what="x", limit=20) == ["one"]
            assert program.answer({"a\n": 2}, what="x", limit=20) == [{"a\n": 2}]
    assert len(runners) == 1
    assert runners[0].startswith("python3 -I -S - /run/dockerd-lab-")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_it_runs_as_whom_it_is_told(machine, programs):
    with started(machine[0], programs(WHO), "daemon", "mine", "nobody") as program:
        assert program.answer(None, what="x", limit=20) == [65534, []]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys; sys.exit('no such thing')", "SystemExit: no such thing"),
        ("import sys; sys.stdin.readline(); print('hm')", "no JSON came back\n    hm"),
        ("no = python", "NameError: name 'python' is not defined"),
        ("import os; os.kill(os.getpid(), 9)", "asking: ssh to daemon failed"),
        ("def", "SyntaxError"),
        ("import time; time.sleep(60)", "asking: daemon did not answer within 1 s"),
    ],
)
def test_an_answer_that_is_none_is_the_harness_s_failure(machine, programs, source, said):
    begun = time.monotonic()
    with (
        pytest.raises(HarnessBroke) as error,
        started(machine[0], programs(source), "daemon", "mine") as program,
    ):
        program.answer({}, what="asking", limit=1 if "sleep" in source else 20)
    assert str(error.value).startswith("asking: ")
    assert said in str(error.value)
    assert time.monotonic() - begun < 10


def test_a_runner_that_does_not_start_is_the_harness_s_failure(machine, monkeypatch):
    lab, _ = machine
    monkeypatch.setattr(ssh, "forwarded", lambda lab, machine: lab.directory / "elsewhere")
    with pytest.raises(HarnessBroke, match="daemon runs no programs"):
        ask(lab, checkout(), "daemon", {"c": Question("echo c")})


def test_questions_are_put_more_than_once(machine):
    lab, _ = machine
    with asking(lab, checkout(), "daemon") as program:
        first = put(program, {"a": Question("echo $PPID")})
        second = put(program, {"b": Question("echo $PPID; exit 3")})
    assert first["a"].stdout == second["b"].stdout
    assert second["b"].exit_code == 3
    assert ask(lab, checkout(), "daemon", {"c": Question("echo c")})["c"].stdout == "c\n"


def test_all_programs_are_loaded(machine):
    lab, runners = machine
    load(lab, checkout(), "daemon")
    assert len(runners) == 1
