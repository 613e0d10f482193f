"""Whether KVM works: found out by booting a kernel."""

import os

import pytest
from observations import write

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import kvm


@pytest.mark.parametrize(
    ("guest", "works"),
    [
        ("echo VFS: Unable to mount root fs on unknown-block", True),
        ("echo Probing EDD... ok", False),
        ("echo failed to initialize KVM >&2; exit 1", False),
    ],
)
def test_kvm_works_where_a_kernel_boots(tmp_path, monkeypatch, guest, works):
    monkeypatch.setattr(kvm, "GUEST", ("sh", "-c", guest))
    assert kvm._boots(tmp_path / "vmlinuz") is works


def test_kvm_does_not_work_where_a_kernel_hangs(tmp_path, monkeypatch):
    monkeypatch.setattr(kvm, "GUEST", ("sh", "-c", "exec sleep 60"))
    monkeypatch.setattr(kvm, "TRY_LIMIT", 0.05)
    assert not kvm._boots(tmp_path / "vmlinuz")


@pytest.fixture
def qemu(tmp_path, monkeypatch):
    """A QEMU in a directory of the test's own, and a device; returns what replaces it."""
    (tmp_path / "kvm").touch()
    monkeypatch.setattr(kvm, "DEVICE", tmp_path / "kvm", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/bin")

    def replace(command, at):
        file = write(tmp_path / "bin/qemu-system-x86_64", f"#!/bin/sh\n{command}\n")
        file.chmod(0o755)
        os.utime(file, (at, at))
        return file

    return replace


def test_another_qemu_is_tried_wherever_it_lies(tmp_path, qemu):
    kernel = tmp_path / "vmlinuz"
    qemu("echo VFS: Unable to mount root fs", 1)
    assert kvm.works(kernel)
    qemu("exit 1", 1)
    assert kvm.works(kernel), "it is remembered"
    qemu("exit 1", 2)
    assert not kvm.works(kernel)


def test_kvm_without_qemu_is_named(tmp_path, qemu, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        HarnessError, match=r"qemu-system-x86_64 is not installed\ndockerd-lab bootstrap"
    ):
        kvm.works(tmp_path / "vmlinuz")
