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

    def run(machine):
        env = {**os.environ, "MACHINE": machine, "TMPDIR": str(tmp_path)}
        env["PATH"] = f"{tmp_path}/bin:/usr/bin:/bin"
        argv = [copy / "bootstrap", "true"]
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
