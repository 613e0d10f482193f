"""What the unit tests share: a computer's user of their own, and a checkout they may break."""

import shutil
from pathlib import Path

import pytest

from dockerd_lab.settings import checkout


@pytest.fixture(autouse=True)
def own_user(tmp_path, monkeypatch):
    """Caches, boxes and keys of the person who runs the tests are not touched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for machine in ("DAEMON", "CLIENT", "OUTSIDER"):
        monkeypatch.delenv(f"{machine}_ENGINE", raising=False)


@pytest.fixture
def root(tmp_path) -> Path:
    """A copy of what the harness reads of a checkout."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("lab.yaml", "Vagrantfile"):
        shutil.copy(checkout() / name, copy)
    shutil.copytree(checkout() / "provision", copy / "provision")
    return copy
