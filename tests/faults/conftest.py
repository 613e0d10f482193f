"""What the fault tests share: checkouts of their own, and a look at what is left.

A command runs in a mount namespace in which something is hidden or replaced, so nothing outside it
changes. Root only: a mount namespace without a user namespace is what plays the broken computer.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from copies import make_checkout


@pytest.fixture
def fresh(tmp_path):
    """A checkout without machines; at the end none of its processes may be there."""
    made = make_checkout(tmp_path / "checkout")
    yield made
    assert made.processes == []


@pytest.fixture(scope="session")
def booted(tmp_path_factory):
    """A checkout whose machines were booted once, and are saved."""
    made = make_checkout(tmp_path_factory.mktemp("booted") / "checkout")
    result = made.dockerd_lab("up", limit=600)
    assert result.code == 0, result.output
    made.dockerd_lab("down", limit=30)
    yield made
    made.dockerd_lab("down", limit=30)
    shutil.rmtree(made.root / ".lab")


@pytest.fixture
def lab(booted):
    """The booted checkout with its lab up; it is down again when the test is over."""
    result = booted.dockerd_lab("up", limit=120)
    assert result.code == 0, result.output
    yield booted
    booted.dockerd_lab("down", limit=30)
    assert booted.processes == []


@pytest.fixture(autouse=True)
def _nothing_is_left():
    """No fault leaves a bridge or a mount on this computer."""
    before = _computer()
    yield
    assert _computer() == before


def _computer():
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    mounts = Path("/proc/self/mounts").read_text()
    return re.findall(r"^\d+: ([^:]+):", links, re.MULTILINE), mounts
