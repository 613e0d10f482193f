"""One command at a time uses a lab: the others wait, say for whom, and go on when it is free."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
from lab_lock import is_taken, taken
from typer.testing import CliRunner

from dockerd_lab import progress
from dockerd_lab.cli import app, computer, lab, reproduce, validate
from dockerd_lab.errors import BadInput, LabBusy
from dockerd_lab.host import labs, lock
from dockerd_lab.host.lock import exclusive
from dockerd_lab.host.own_libvirt import OwnLibvirt
from dockerd_lab.machines import running as machines_running

HOLDER = """
import sys
from pathlib import Path
from dockerd_lab.host.lock import exclusive
with exclusive(Path(sys.argv[1]), wait=60):
    print("held", flush=True)
    sys.stdin.read()
"""
USES = "the lab of this project: "


def process(program, *args):
    argv = [sys.executable, "-c", program, *map(str, args)]
    pipe = subprocess.PIPE
    return subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def lines(monkeypatch):
    printed = []
    monkeypatch.setattr(progress, "sink", printed.append)
    return printed


def test_a_command_that_may_not_wait_is_told_who_has_the_lab(tmp_path, lines):
    with process(HOLDER, tmp_path) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LabBusy, match=f"{USES}process {other.pid}, "):
            with_lab(tmp_path, wait=0)
        other.kill()
        other.wait()
        with_lab(tmp_path, wait=0)
    assert lines == []


def with_lab(home, wait):
    with exclusive(home, wait=wait):
        assert is_taken(home)


def test_a_waiting_command_goes_on_when_the_lab_is_free(tmp_path):
    with ExitStack() as first:
        first.enter_context(taken(tmp_path))
        with process(HOLDER, tmp_path) as second:
            assert f"waiting for the command that uses {USES}process 1, up" in (
                second.stderr.readline()
            )
            first.close()
            freed = time.monotonic()
            assert second.stdout.readline() == "held\n"
            assert time.monotonic() - freed < 3, "a second, and room for a busy computer"
            second.kill()
    assert lock.RETRY_EVERY < 1


def test_a_long_wait_is_reminded_of_and_ends(tmp_path, lines, monkeypatch):
    monkeypatch.setattr(progress, "STILL_EVERY", 0.01)
    with taken(tmp_path), pytest.raises(LabBusy, match=f"{USES}process 1, up\n.*--wait SECONDS"):
        with_lab(tmp_path, wait=0.1)
    what = f"lab: waiting for the command that uses {USES}process 1, up"
    assert lines[0] == f"{what} …"
    assert lines[1].startswith(f"{what} … still, after 0 s")
    assert lines[-1].startswith(f"{what}: failed after 0.")


def test_the_command_that_is_waited_for_is_the_one_that_has_the_lab_now(
    tmp_path, lines, monkeypatch
):
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        def hold(name):
            file.seek(0)
            file.truncate()
            file.write(name)
            file.flush()

        hold("process 1, up")
        events = iter(
            [lambda: hold("process 2, validate"), lambda: fcntl.flock(file, fcntl.LOCK_UN)]
        )
        monkeypatch.setattr(lock.time, "sleep", lambda seconds: next(events)())
        with_lab(tmp_path, wait=60)
    assert [line.split(USES)[1] for line in lines if line.endswith(" …")] == [
        "process 1, up …",
        "process 2, validate …",
    ]
    assert (tmp_path / "lock").read_text().startswith(f"process {os.getpid()}, ")


def test_a_command_that_holds_the_lab_does_not_wait_for_itself(tmp_path, lines):
    with exclusive(tmp_path):
        with_lab(tmp_path, wait=0)
        assert is_taken(tmp_path), "it is held to the end of the outer block"
    assert not is_taken(tmp_path)
    assert lines == []


@pytest.fixture
def busy(small_project, monkeypatch):
    """Run `dockerd-lab` in a project whose lab another command holds."""
    for module in (computer, lab, reproduce, validate):
        monkeypatch.setattr(module, "find_project", lambda: small_project)
    monkeypatch.setattr(machines_running, "up", lambda *_, **__: pytest.fail("it did not wait"))
    with taken(small_project.state):
        yield lambda *args: CliRunner().invoke(app.build(), [str(arg) for arg in args])


@pytest.fixture
def running(busy, small_project, tmp_path):
    """A lab that runs there, on this computer itself."""
    directory = small_project.state / "debian-12+debian-12+debian-12"
    noted = OwnLibvirt(directory, "qemu", True, runtime=tmp_path)
    yield labs.write_lab_json(noted)
    (small_project.state / "lab.json").unlink()


@pytest.mark.parametrize(
    "args",
    [
        ["up"],
        ["validate", "{mine}"],
        ["record", "{mine}"],
        ["reproduce", "fd-by-hand"],
        ["exec", "--wait", "0", "--", "true"],
        ["shell"],
        ["clean", "--yes"],
    ],
    ids=lambda args: args[0],
)
def test_every_command_that_needs_the_lab_waits_for_it(busy, tmp_path, args):
    (tmp_path / "daemon.json").write_text('{"debug": true}')
    wait = [] if "--wait" in args else ["--wait", "0"]
    done = busy(*(arg.format(mine=tmp_path) for arg in args), *wait)
    assert isinstance(done.exception, LabBusy), done.output


def test_down_waits_for_a_command_that_works_with_the_lab(busy, running):
    assert isinstance(busy("down", "--wait", "0").exception, LabBusy)


def test_bad_input_is_told_before_any_waiting(busy, tmp_path):
    (tmp_path / "daemon.json").write_text('{"debug": true}')
    done = busy("validate", tmp_path, "--engine", "debian-99", "--wait", "0")
    assert isinstance(done.exception, BadInput)


def test_status_does_not_wait(busy):
    done = busy("status")
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, "no lab is running")


def test_a_command_in_a_running_lab_does_not_wait_and_keeps_its_own_options(busy, running, capfd):
    assert busy("exec", "echo", "--wait", "--", "x").exit_code == 0
    assert capfd.readouterr().out == "--wait -- x\n"


def test_the_lab_is_held_from_the_first_engine_to_the_last(small_project, tmp_path, monkeypatch):
    home = small_project.state
    seen = []

    def trials(*_):
        for _ in range(2):
            seen.append(is_taken(home))
            yield from ()
        raise BadInput("the end")

    monkeypatch.setattr(validate, "find_project", lambda: small_project)
    monkeypatch.setattr(validate, "trials", trials)
    (tmp_path / "daemon.json").write_text('{"debug": true}')
    CliRunner().invoke(app.build(), ["validate", str(tmp_path)])
    assert seen == [True, True]
    assert not is_taken(home)


def test_a_lab_that_is_taken_is_exit_code_75(busy, command):
    done = command("clean", "--wait", "0")
    assert done.returncode == 75
    start = f"dockerd-lab: lab busy: another command uses {USES}process 1, up\n"
    assert done.stderr.startswith(start)
    assert "Traceback" not in done.stderr


def test_an_interrupt_ends_the_wait_at_once(busy, command, monkeypatch, request):
    # In the background of a shell without job control SIGINT is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    monkeypatch.setattr(lock.time, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    done = command("clean")
    assert done.returncode == 130
    assert done.stderr.startswith("lab: waiting for the command that uses ")
    assert "Traceback" not in done.stderr
