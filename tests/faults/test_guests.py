"""A guest that broke out of QEMU and wrote what it may: no file of the computer becomes its own."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from dockerd_lab.host import labs, qemu_user
from dockerd_lab.host.boxes import ensure_box
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings

DISK = "/var/lib/libvirt/images/escaped.img"
MACHINE = f"""\
<domain type='qemu'>
  <name>escaped</name>
  <memory unit='MiB'>64</memory>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='{DISK}'/><target dev='vda' bus='virtio'/>
    </disk>
  </devices>
</domain>
"""


@pytest.fixture
def lab(tmp_path):
    """A lab without machines."""
    project = find_project()
    box = ensure_box(project, "debian-12", load_settings(project).engine("debian-12"))
    started = labs.start(tmp_path / "lab", box.kernel, kept=False)
    yield started
    labs.stop(started)
    labs.clear(started.directory)


@pytest.fixture
def victim():
    """A file that only root may read, in a directory that everybody may enter."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        file = Path(place) / "shadow"
        file.write_bytes(b"root:x" * 1000)
        file.chmod(0o600)
        yield file


def inside(lab, *argv):
    return subprocess.run(lab.argv_inside(argv), capture_output=True, text=True, check=False)


def test_a_disk_that_names_a_file_of_root_s(lab, victim, tmp_path):
    """libvirtd gives QEMU's user every file that a disk says it is made of; QEMU may write that."""
    machine = tmp_path / "escaped.xml"
    machine.write_text(MACHINE)
    create = ("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", victim, DISK)
    assert inside(lab, *create).returncode == 0
    start = inside(lab, "virsh", "--connect", "qemu:///system", "create", "--paused", machine)
    assert victim.stat().st_uid == 0, "root's file was given to QEMU's user"
    assert start.returncode != 0
    assert f"Could not open '{victim}': Permission denied" in start.stderr


def test_libvirtd_takes_no_orders_from_qemu(lab):
    user = qemu_user.configured(lab.directory)
    become = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    for read_only in ((), ("--readonly",)):
        ask = inside(lab, *become, "virsh", *read_only, "--connect", "qemu:///system", "list")
        assert ask.returncode != 0
        assert "libvirt-sock" in ask.stderr
        assert "Permission denied" in ask.stderr
