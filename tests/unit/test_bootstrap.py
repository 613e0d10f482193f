"""What ./bootstrap says before it installs anything; programs stand in for this computer's."""

import os
import shutil
import subprocess

import pytest
from copies import CHECKOUT
from observations import write


@pytest.fixture
def bootstrap(tmp_path):
    """Run a copy of bootstrap on a computer of this architecture, which has no package yet."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("bootstrap", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, copy)
    programs = {
        "uname": "echo $MACHINE",
        "dpkg-query": "exit 1",
        "apt-get": f"echo $* >>{tmp_path}/installed; exit 1",
        "id": "echo 0",
    }
    for name, body in programs.items():
        write(tmp_path / f"bin/{name}", f"#!/bin/sh\n{body}\n").chmod(0o755)

    def run(machine, *args):
        env = {**os.environ, "MACHINE": machine, "TMPDIR": str(tmp_path)}
        env["PATH"] = f"{tmp_path}/bin:/usr/bin:/bin"
        argv = [copy / "bootstrap", *(args or ["true"])]
        result = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
        return result, tmp_path / "installed"

    return run


def test_another_architecture_is_named_before_anything_is_installed(bootstrap):
    result, installed = bootstrap("aarch64")
    assert result.returncode == 3
    assert "the boxes and the machines are x86_64, this computer is aarch64" in result.stderr
    assert not installed.exists()


def test_on_x86_64_the_packages_are_installed(bootstrap):
    result, installed = bootstrap("x86_64")
    assert "x86_64, this computer" not in result.stderr
    assert installed.read_text() == "-q update\n"


@pytest.mark.parametrize("system", [[], ["--system"]])
def test_print_runs_nothing(bootstrap, tmp_path, system):
    result, installed = bootstrap("x86_64", "--print", *system)
    assert result.returncode == 0
    assert not installed.exists()
    assert sorted(os.listdir(tmp_path / "checkout")) == ["bootstrap", "pyproject.toml"]
    assert "\napt-get update\napt-get install --no-install-recommends vagrant " in result.stdout
    assert (" -m venv .venv\n" in result.stdout) == (not system)
    assert ("python3-venv" in result.stdout) == (not system)


@pytest.mark.parametrize("args", [["--prnt"], ["--print", "tox"], ["--system", "tox"]])
def test_wrong_usage_installs_nothing(bootstrap, args):
    result, installed = bootstrap("x86_64", *args)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("usage: ./bootstrap ")
    assert not installed.exists()


def test_help(bootstrap):
    result, installed = bootstrap("x86_64", "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "./bootstrap tox -e lab" in result.stdout
    assert not installed.exists()
