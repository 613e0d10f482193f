"""The files of a lab, and the key of its machines."""

import json
import os

import pytest

from dockerd_lab.host import labs, sandbox, ssh_key


def test_the_key_is_made_once_and_private():
    key = ssh_key.private_key()
    assert key.stat().st_mode & 0o777 == 0o600
    content = key.read_bytes()
    assert ssh_key.private_key().read_bytes() == content
    assert ssh_key.public_key(key).read_text().startswith("ssh-ed25519 ")


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1}', "[]"])
def test_no_lab_runs_where_the_file_is_wrong(tmp_path, content):
    (tmp_path / "lab.json").write_text(content)
    assert labs.current(tmp_path) is None


def test_a_lab_is_the_process_that_started_then(tmp_path):
    facts = {
        "directory": "debian-12",
        "pid": os.getpid(),
        "started": 1,
        "driver": "qemu",
        "kept": True,
        "kind": "sandbox",
    }
    (tmp_path / "lab.json").write_text(json.dumps(facts))
    assert labs.current(tmp_path) is None, "a process id that another process has now"
    facts["started"] = sandbox.start_time(os.getpid())
    (tmp_path / "lab.json").write_text(json.dumps(facts))
    running = labs.current(tmp_path)
    assert running is not None
    assert running.argv_inside(["true"])[:3] == ["nsenter", "--target", str(os.getpid())]


def test_clearing_leaves_what_is_not_a_lab_s(tmp_path):
    for name in ("libvirt", "vagrant-home", "artifacts"):
        (tmp_path / name).mkdir()
    (tmp_path / "snapshot.json").write_text("{}")
    labs.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["artifacts"]
