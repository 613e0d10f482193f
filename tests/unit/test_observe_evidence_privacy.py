"""The evidence on disk: whose it is, and what is not in it."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from observations import answer, observation

from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import evidence
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings

NAMES = ("tcp", "unix", "nginx", "unit_files", "units", "daemon_json", "outcome")


@pytest.fixture
def fleet(tmp_path):
    lab = Sandbox(tmp_path / "lab", "qemu", False, pid=1, started=1)
    consoles = lab.consoles
    consoles.mkdir(parents=True)
    consoles.joinpath("daemon.log").write_bytes(b"boot \xff\r\n+ export X_TOKEN=K4711-Ai\r\n")
    consoles.joinpath("daemon.log").chmod(0o644)
    project = replace(find_project(), state=tmp_path / "state")
    return Fleet(lab, project, load_settings(project), {"docker": "1"})


def written(fleet, umask, **raw):
    """Write evidence with a umask; return the modes of all that is below the state, by its path."""
    answers = {name: answer(name) for name in NAMES}
    observed = observation(raw=answers | {name: answer(text) for name, text in raw.items()})
    before = os.umask(umask)
    try:
        directory = evidence.write(fleet, observed)
    finally:
        os.umask(before)
    home = fleet.project.state
    assert directory == home / "artifacts/debian-12/x"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")}
    return {str(path.relative_to(home)): mode for path, mode in modes.items()}


def check(modes):
    directories = {"artifacts", "artifacts/debian-12", "artifacts/debian-12/x"}
    assert {path: mode for path, mode in modes.items() if mode != 0o600} == dict.fromkeys(
        directories, 0o700
    )
    assert {"artifacts/debian-12/x/console-daemon.log", "artifacts/debian-12/x/unit.txt"} <= {
        *modes
    }


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o377, 0o777], ids="{:03o}".format)
def test_it_is_the_user_s_alone_whatever_the_umask(fleet, umask):
    check(written(fleet, umask))
    check(written(fleet, umask))


def test_it_is_so_from_the_start(fleet, monkeypatch):
    """No moment in which others may open it, before a mode is changed."""
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    monkeypatch.setattr(os, "chmod", lambda *_, **__: None)
    monkeypatch.setattr(Path, "chmod", lambda *_, **__: None)
    check(written(fleet, 0))


def test_directories_of_an_earlier_version_are_closed(fleet):
    old = fleet.project.state / "artifacts/debian-12"
    old.mkdir(parents=True)
    old.parent.chmod(0o755)
    old.chmod(0o755)
    check(written(fleet, 0o022))


def test_what_one_file_shows_to_be_a_secret_is_in_none(fleet):
    written(
        fleet,
        0o022,
        unit_files='Environment="X_TOKEN=K4711-Ai"',
        outcome="K4711-Ai",
        daemon_json='{"log-opts": {"splunk-token": "pa\\"ss"}}',
    )
    directory = fleet.project.state / "artifacts/debian-12/x"
    texts = {file.name: file.read_text() for file in directory.iterdir()}
    assert texts["unit.txt"] == 'Environment="X_TOKEN=(a secret)"\n'
    assert texts["outcome.txt"] == "(a secret)\n"
    assert texts["daemon.json"] == '{"log-opts": {"splunk-token": "(a secret)"}}\n'
    assert texts["console-daemon.log"] == "boot \ufffd\n+ export X_TOKEN=(a secret)\n"
