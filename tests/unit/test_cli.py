"""The `dockerd-lab` command: its start, its lists, its exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest

from dockerd_lab.cli import app
from dockerd_lab.errors import missing_package


def test_the_installed_command():
    program = Path(sys.executable).with_name("dockerd-lab")
    result = subprocess.run([program, "exec"], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("dockerd-lab: bad input: exec needs a command")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_listed_command_is_in_its_module(name):
    assert app.load_command(name).name == name


def test_a_command_without_its_package_is_the_harness_s_fault():
    missing = ModuleNotFoundError("No module named 'vagrant'", name="vagrant.compat")
    error = missing_package(missing, "`dockerd-lab up`")
    assert error.message == (
        "`dockerd-lab up` needs the Python package vagrant, which is not installed"
    )
    assert missing_package(ModuleNotFoundError(name="dockerd_lab.gone"), "it") is None


def test_list(command):
    result = command("list")
    assert result.returncode == 0
    assert any(line.startswith("methods/daemon-json ") for line in result.stdout.splitlines())


def test_box_list(command):
    result = command("box", "list")
    assert result.returncode == 0
    assert "\ndebian-12   docker 20.10.24    not built" in f"\n{result.stdout}"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["shell", "nobody"], "no machine is called 'nobody'; there are: daemon, client, outsider"),
        (["exec"], "exec needs a command"),
        (["box", "build", "debian-99"], "unknown engine 'debian-99'; there are: debian-1"),
    ],
)
def test_bad_input(command, args, message):
    result = command(*args)
    assert result.returncode == 2
    assert result.stderr.startswith(f"dockerd-lab: bad input: {message}")
    assert "Traceback" not in result.stderr
