import subprocess
import sys

import pytest

MAIN = "from dockerd_lab.cli import main; main()"


def cli(*args):
    return subprocess.run(
        [sys.executable, "-c", MAIN, *args], capture_output=True, text=True, check=False
    )


def test_list():
    done = cli("list")
    assert done.returncode == 0
    assert any(line.startswith("methods/daemon-json ") for line in done.stdout.splitlines())


def test_box_list():
    done = cli("box", "list")
    assert done.returncode == 0
    assert "\ndebian-12   docker 20.10.24    not built" in f"\n{done.stdout}"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["shell", "nobody"], "no machine is called 'nobody'; there are: daemon, client, outsider"),
        (["exec"], "exec needs a command"),
        (["box", "build", "debian-99"], "unknown engine 'debian-99'; lab.yaml has: debian-1"),
    ],
)
def test_bad_input(args, message):
    done = cli(*args)
    assert done.returncode == 2
    assert done.stderr.startswith(f"dockerd-lab: bad input: {message}")
    assert "Traceback" not in done.stderr
