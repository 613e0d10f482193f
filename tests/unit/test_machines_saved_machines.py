"""Saved machines: what one lab has booted, another one of the user begins with."""

import json
import threading
from dataclasses import replace

import pytest

from dockerd_lab.machines import saved_machines, snapshot_record
from dockerd_lab.project import user_cache

KEY = "0123456789abcdef-and-more"


@pytest.fixture
def lab(small_project, monkeypatch, tmp_path):
    """A lab's directory with what Vagrant and libvirt leave there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    directory = small_project.state / "fleet"
    cwd = directory / "vagrant/machines/daemon/libvirt/vagrant_cwd"
    index = directory / "vagrant-home/data/machine-index/index"
    disk = directory / "libvirt/lib/images/daemon.img"
    for file, text in (
        (cwd, str(small_project.data)),
        (index, json.dumps([str(directory), str(small_project.data)])),
        (disk, "disk"),
        (directory / "libvirt/etc/qemu/daemon.xml", "<domain/>"),
        (directory / "libvirt/lib/qemu/domain-1-daemon/master-key.aes", "of a process"),
        (directory / "lab.log", "not copied"),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    record(directory, KEY, small_project)
    return directory


def record(directory, key, project):
    places = snapshot_record.places_of(directory, project)
    snapshot_record.write_facts(directory, {"key": key, "sizes": {}, "places": places})


def test_another_project_begins_with_a_copy_that_has_its_own_paths(lab, small_project, tmp_path):
    saved_machines.save(lab, KEY)
    other = replace(small_project, data=tmp_path / "other", state=tmp_path / "other/.lab")
    target = other.state / "fleet"
    assert saved_machines.fetch(target, KEY, other)
    assert snapshot_record.is_valid(target, KEY, other)
    assert (target / "libvirt/lib/images/daemon.img").read_text() == "disk"
    assert (target / "vagrant/machines/daemon/libvirt/vagrant_cwd").read_text() == str(other.data)
    index = json.loads((target / "vagrant-home/data/machine-index/index").read_text())
    assert index == [str(target), str(other.data)]
    assert not (target / "lab.log").exists()
    assert not (target / "libvirt/lib/qemu").exists()


def test_what_the_lab_had_before_does_not_stay(lab, small_project):
    saved_machines.save(lab, KEY)
    (lab / "libvirt/lib/images/daemon.img").write_text("written since")
    (lab / "libvirt/lib/images/more.img").write_text("")
    assert saved_machines.fetch(lab, KEY, small_project)
    assert [file.read_text() for file in (lab / "libvirt/lib/images").iterdir()] == ["disk"]


def test_there_are_none_under_another_key(lab, small_project):
    saved_machines.save(lab, KEY)
    assert not saved_machines.fetch(lab, "another", small_project)
    assert (lab / "libvirt/lib/images/daemon.img").exists(), "nothing was removed"


def test_a_lab_that_ended_keeps_its_disks_only_if_nobody_else_has_them(lab):
    saved_machines.forget_copy(lab)
    assert (lab / "libvirt/lib/images/daemon.img").exists()
    saved_machines.save(lab, KEY)
    saved_machines.forget_copy(lab)
    assert not (lab / "libvirt/lib/images").exists()
    assert snapshot_record.read(lab) == {}


def test_the_sets_that_were_used_last_are_kept(lab, small_project):
    for number in range(saved_machines.KEPT):
        saved_machines.save(lab, f"key{number}")
    assert saved_machines.fetch(lab, "key0", small_project)
    saved_machines.save(lab, "one more")
    kept = {path.parent.name for path in (user_cache() / "machines").glob("*/snapshot.json")}
    assert len(kept) == saved_machines.KEPT
    assert {"key0", "one more"} <= kept
    assert "key1" not in kept


def test_one_lab_boots_and_the_others_wait_for_it(lab):
    """Whoever did not wait has to boot."""
    waited = []

    def second():
        with saved_machines.only_boot(KEY) as it_waited:
            waited.append(it_waited)

    with saved_machines.only_boot(KEY) as it_waited:
        assert not it_waited
        other = threading.Thread(target=second)
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join()
    assert waited == [True]
