"""What the unit tests share: a computer's user of their own, and a checkout they may break."""

import shutil
import subprocess
from pathlib import Path

import pytest
from observations import write
from prepared import SETTINGS

from dockerd_lab.settings import checkout
from dockerd_lab.validate.command import by_hand
from dockerd_lab.validate.given import gather
from dockerd_lab.validate.prepare import prepare


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


@pytest.fixture
def ready(tmp_path):
    """Prepare files, by their paths without the leading slash."""

    def make(files, *, command=None, provision=None, **options):
        top, into = tmp_path / "mine", tmp_path / "into"
        into.mkdir()
        for path, content in files.items():
            write(top / path, content)
        gathered = gather(
            [top] if files else [],
            into,
            command=by_hand(command) if command else None,
            provision=provision,
        )
        made = prepare(gathered, SETTINGS, **options)
        for script in into.glob("*.sh"):
            subprocess.run(["sh", "-n", script], check=True)
        return made

    return make
