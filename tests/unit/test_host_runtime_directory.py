"""A lab without a sandbox keeps its sockets and boot files where no other user can interfere."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from observations import write

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import labs, own_libvirt, runtime_directory
from dockerd_lab.host.boxes import BOXES_IN_LAB, Box
from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.machines import vagrant


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start a lab on this computer's own libvirt, which a program stands in for."""
    write(tmp_path / "bin/virsh", "#!/bin/sh\n").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("LAB_SANDBOX", "off")
    monkeypatch.setattr(own_libvirt.kvm, "driver", lambda kernel: "qemu")
    started = []

    def make():
        lab = labs.start(tmp_path / ".lab/debian-12", tmp_path / "vmlinuz", kept=False)
        started.append(lab)
        return lab

    yield make
    for lab in started:
        labs.stop(lab)


@pytest.fixture
def box(tmp_path):
    made = Box("debian-12", tmp_path / "boxes/debian-12-abc")
    write(made.kernel, "kernel")
    write(made.initrd, "initrd")
    return made


@pytest.fixture
def umask():
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


def prepare(lab, box):
    """Prepare Vagrant for a lab with this box, and return its kernel and initrd."""
    boxes = lab.directory / "vagrant-home/boxes"  # with an image, for which qemu-img is not needed
    image = boxes / f"dockerd-lab-VAGRANTSLASH-{box.directory.name}" / vagrant.BOX_VERSION
    (image / "libvirt").mkdir(parents=True)
    vagrant.prepare(lab, [box])
    facts = json.loads((lab.directory / "vagrant.json").read_text())["boxes"][box.engine]
    return Path(facts["kernel"]), Path(facts["initrd"])


def test_no_two_labs_of_a_directory_have_the_same_place(start):
    first = start()
    labs.stop(first)
    second = start()
    assert first.sockets != second.sockets
    assert first.boot_directory != second.boot_directory


def test_only_the_boot_files_are_open_to_others(start, umask):
    lab = start()
    assert mode(lab.sockets) == 0o700
    assert mode(lab.boot_directory) == 0o711, "QEMU's user passes through it"
    for parent in (lab.sockets.parent, lab.boot_directory.parent):
        assert mode(parent) & ~0o711 == 0, f"others may list {parent}, or write to it"
    assert mode(lab.boot_directory.parent) == 0o711


def test_qemu_may_read_the_boot_files_whatever_the_umask(start, box, umask):
    kernel, initrd = prepare(start(), box)
    assert (kernel.read_text(), initrd.read_text()) == ("kernel", "initrd")
    for file in (kernel, initrd):
        assert mode(file) == 0o644
        assert mode(file.parent) == 0o711


def test_a_sandbox_s_boot_files_are_the_box_s_own(tmp_path, box):
    """As the lab's namespaces have them, where QEMU's user may read them."""
    lab = Sandbox(tmp_path, "qemu", False, pid=1, started=1)
    place = BOXES_IN_LAB / box.directory.name
    assert prepare(lab, box) == (place / "vmlinuz", place / "initrd.img")


def test_boot_files_that_somebody_put_there_are_refused(start, box, tmp_path):
    lab = start()
    victim = write(tmp_path / "victim", "precious")
    place = lab.boot_directory / box.directory.name
    place.mkdir(parents=True)
    (place / "vmlinuz").symlink_to(victim)
    with pytest.raises(FileExistsError):
        prepare(lab, box)
    assert victim.read_text() == "precious"


def test_a_copy_follows_no_link(box, tmp_path):
    victim = write(tmp_path / "victim", "precious")
    (tmp_path / "vmlinuz").symlink_to(victim)
    with pytest.raises(FileExistsError):
        runtime_directory.copy_readable(box.kernel, tmp_path / "vmlinuz")
    assert victim.read_text() == "precious"


def test_a_killed_lab_is_found_and_its_directory_removed(start, box):
    lab = start()
    prepare(lab, box)
    running = labs.current(lab.home)
    assert running == lab
    labs.stop(running)
    assert not lab.runtime.exists()
    assert labs.current(lab.home) is None


def test_the_file_of_an_older_version_is_no_lab(start):
    lab = start()
    file = lab.home / "lab.json"
    facts = json.loads(file.read_text())
    del facts["runtime"]
    file.write_text(json.dumps(facts))
    assert labs.current(lab.home) is None


@pytest.mark.parametrize("length", [40, 41, 100])
def test_ssh_s_sockets_have_short_paths(monkeypatch, length):
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="x") as short:
        parent = Path(short) / ("x" * (length - len(short) - 1))
        parent.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(parent))
        made = runtime_directory.make()
        try:
            assert made.parent == (parent if length <= 40 else Path("/tmp"))
            # ssh appends 17 characters to a control socket's name while it makes it.
            for name in ("outsider.programs", "outsider" + 17 * "x"):
                assert len(os.fsencode(made / "ssh" / name)) < 100
        finally:
            runtime_directory.remove(made)


def open_to_all(directory, elsewhere):
    directory.chmod(0o777)


def replaced_by_a_link(directory, elsewhere):
    directory.rename(elsewhere / "moved")
    directory.symlink_to(elsewhere / "moved")


def removed(directory, elsewhere):
    directory.rename(elsewhere / "moved")


@pytest.mark.parametrize("change", [open_to_all, replaced_by_a_link, removed])
def test_a_directory_that_is_no_longer_the_lab_s_is_not_used(start, tmp_path, change):
    lab = start()
    lab.require_usable()
    change(lab.runtime, tmp_path)
    try:
        with pytest.raises(HarnessError, match=r"is gone .* or another user may write to it"):
            lab.require_usable()
        labs.stop(lab)
        assert (lab.sockets.is_dir()) != (change is removed), "what is there is not removed"
    finally:
        if lab.runtime.is_symlink():
            lab.runtime.unlink()
        elif lab.runtime.exists():
            lab.runtime.chmod(0o711)
            runtime_directory.remove(lab.runtime)
