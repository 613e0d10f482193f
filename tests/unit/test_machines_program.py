"""Programs on a machine: the runner, with this computer for the machine."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.own_libvirt import OwnLibvirt
from dockerd_lab.machines import program, ssh
from dockerd_lab.machines.batch import connect, run_batch, run_on
from dockerd_lab.machines.program import preload_programs, start_program
from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.project import Project, find_project, package_data

PROJECT = find_project()
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
    monkeypatch.setattr(ssh, "LAB_ENDS", 0.1)  # this one does not
    yield OwnLibvirt(tmp_path, "qemu", False, runtime=tmp_path), runners
    for line in subprocess.run(
        ["pgrep", "-f", f"{place}$"], capture_output=True, text=True, check=False
    ).stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(line), signal.SIGTERM)


@pytest.fixture
def programs(tmp_path):
    """A project of nothing but the runner, and this program."""

    provision = tmp_path / "data/provision"
    provision.mkdir(parents=True)
    shutil.copy(package_data() / "provision/runner.py", provision)

    def make(source):
        (provision / "mine.py").write_text(source)
        return Project(tmp_path / "data", tmp_path / "nowhere", tmp_path / "nowhere")

    return make


def test_it_is_given_one_line_after_the_other(machine, programs):
    lab, runners = machine
    for _ in range(2):
        with start_program(lab, programs(ECHO), "daemon", "mine") as mine:
            assert mine.answer("one", what="x", limit=20) == ["one"]
            assert mine.answer({"a\n": 2}, what="x", limit=20) == [{"a\n": 2}]
    assert runners == ["python3 -I -S - /run/dockerd-lab.sock"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_it_runs_as_whom_it_is_told(machine, programs):
    with start_program(machine[0], programs(WHO), "daemon", "mine", "nobody") as mine:
        assert mine.answer(None, what="x", limit=20) == [65534, []]


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("import sys; sys.exit('no such thing')", "SystemExit: no such thing"),
        ("import sys; sys.stdin.readline(); print('hm')", "no JSON came back\n    hm"),
        ("no = python", "NameError: name 'python' is not defined"),
        ("import os; os.kill(os.getpid(), 9)", "asking: daemon hung up"),
        ("def", "SyntaxError"),
        ("import time; time.sleep(60)", "asking: daemon did not answer within 0 s"),
    ],
)
def test_an_answer_that_is_none_is_the_harness_s_failure(machine, programs, source, output):
    begun = time.monotonic()
    with (
        pytest.raises(HarnessError) as error,
        start_program(machine[0], programs(source), "daemon", "mine") as mine,
    ):
        mine.answer({}, what="asking", limit=0.1 if "sleep" in source else 20)
    assert str(error.value).startswith("asking: ")
    assert output in str(error.value)
    assert time.monotonic() - begun < 10


def test_a_runner_that_does_not_start_is_the_harness_s_failure(machine, monkeypatch):
    lab, _ = machine
    monkeypatch.setattr(ssh, "forwarded", lambda lab, machine: lab.directory / "elsewhere")
    with pytest.raises(HarnessError, match=r"starting a program on daemon: .*No such file"):
        run_on(lab, PROJECT, "daemon", {"c": RemoteCommand("echo c")})


def test_a_machine_that_is_too_slow_gets_no_second_runner(machine, monkeypatch):
    lab, runners = machine
    monkeypatch.setattr(program, "START_LIMIT", 0.05)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(ssh.forwarded(lab, "daemon")))
        silent.listen()
        with pytest.raises(HarnessError, match="daemon did not answer within"):
            run_on(lab, PROJECT, "daemon", {"c": RemoteCommand("echo c")})
    assert runners == []


def test_who_hangs_up_early_is_the_harness_s_failure(machine):
    lab, _ = machine
    with socket.socket(socket.AF_UNIX) as rude:
        rude.bind(str(ssh.forwarded(lab, "daemon")))
        rude.listen()

        def hang_up():
            made = rude.accept()[0]
            made.sendall(program.READY)
            made.close()

        threading.Thread(target=hang_up).start()
        with pytest.raises(HarnessError, match="asking daemon for c: daemon hung up"):
            run_on(lab, PROJECT, "daemon", {"c": RemoteCommand("echo c")})


def test_nobody_waits_for_an_answer_after_an_error(machine):
    lab, _ = machine
    late, connections, waits = [], [], threading.Event()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(ssh.forwarded(lab, "daemon")))
        silent.listen()

        def take_a_question():
            connections.append(silent.accept()[0])
            connections[0].sendall(program.READY)
            connections[0].recv(1)
            waits.set()

        def interrupted():
            with program.program_threads(1) as pool:
                late.append(
                    pool.submit(run_on, lab, PROJECT, "daemon", {"c": RemoteCommand("echo c")})
                )
                assert waits.wait(10)
                raise KeyboardInterrupt

        threading.Thread(target=take_a_question).start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        connections[0].close()
    assert isinstance(late[0].exception(), HarnessError)
    assert time.monotonic() - begun < 10


def test_a_warning_is_no_part_of_the_answer(machine, programs):
    warns = "import sys, warnings\nfor _ in sys.stdin: warnings.warn('old'), print(1, flush=True)"
    with start_program(machine[0], programs(warns), "daemon", "mine") as mine:
        assert mine.answer(None, what="x", limit=20) == 1


def test_questions_are_put_by_root_at_home_in_a_session_of_their_own(machine):
    lab, runners = machine
    commands = {"home": RemoteCommand("pwd; cd; pwd"), "suicide": RemoteCommand("kill 0")}
    output = run_on(lab, PROJECT, "daemon", {"home": commands["home"]})
    assert len(set(output["home"].stdout.split())) == 1
    with pytest.raises(HarnessError):
        run_on(lab, PROJECT, "daemon", {"suicide": commands["suicide"]})
    later = run_on(lab, PROJECT, "daemon", {"home": commands["home"]})
    assert later["home"].stdout == output["home"].stdout
    assert len(runners) == 1


def test_questions_are_put_more_than_once(machine):
    lab, _ = machine
    with connect(lab, PROJECT, "daemon") as mine:
        first = run_batch(mine, {"a": RemoteCommand("echo $PPID")})
        second = run_batch(mine, {"b": RemoteCommand("echo $PPID; exit 3")})
    assert first["a"].stdout == second["b"].stdout
    assert second["b"].exit_code == 3
    assert run_on(lab, PROJECT, "daemon", {"c": RemoteCommand("echo c")})["c"].stdout == "c\n"


def test_a_program_that_cannot_be_loaded_is_the_harness_s_failure(machine, project):
    (project.data / "provision/probe.py").write_text("def")
    with pytest.raises(HarnessError, match=r"loading probe\.py on daemon: SyntaxError"):
        preload_programs(machine[0], project, "daemon")


def test_all_programs_are_loaded(machine):
    lab, runners = machine
    preload_programs(lab, PROJECT, "daemon")
    assert len(runners) == 1
