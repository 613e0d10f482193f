"""LAB_SANDBOX=off: the machines on a computer's own libvirt. A lab plays that computer.

Its libvirtd, networks and storage are the computer's as far as the inner run can tell; nothing of
the real one is used.
"""

import os
import subprocess
import sys

import pytest
from copies import make_checkout

from dockerd_lab.host import labs
from dockerd_lab.host.boxes import ensure_box
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings

TEMPORARY = "/var/lib/libvirt/tmp"


@pytest.fixture
def computer(tmp_path):
    """A lab without machines, entered as if it were a computer with a libvirt of its own."""
    name, project = "debian-12", find_project()
    kernel = ensure_box(project, name, load_settings(project).engine(name)).kernel
    outer = labs.start(tmp_path / "computer/lab", kernel, kept=False)
    # This computer's own files, its /tmp too, are read-only to the lab's libvirtd.
    subprocess.run(outer.argv_inside(["mkdir", "--mode=755", TEMPORARY]), check=True)
    yield outer
    labs.stop(outer)


def inside(computer, *argv, limit, **env):
    return subprocess.run(
        computer.argv_inside(argv),
        env={**os.environ, "LAB_SANDBOX": "off", "TMPDIR": TEMPORARY, **env},
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )


def listed(computer, *argv):
    result = inside(computer, *argv, limit=30)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.split()


def test_a_case_on_the_computer_s_own_libvirt(computer, tmp_path, monkeypatch):
    inner = make_checkout(tmp_path / "checkout")
    monkeypatch.chdir(inner.root)
    virsh = ("virsh", "--connect", "qemu:///system")
    suites = (sys.executable, "-m", "pytest", "-q", "tests/lab", "--case", "unix-default")
    result = inside(computer, *suites, limit=900, PYTHONPATH=str(inner.root))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "LAB_SANDBOX=off: this computer's own libvirt runs the machines" in result.stdout
    assert "destroying the machines on this computer's own libvirt: done" in result.stdout
    assert listed(computer, *virsh, "list", "--all", "--name") == [], "machines were left"
    assert "dockerd-lab" not in listed(computer, *virsh, "net-list", "--all", "--name")
    volumes = listed(computer, "ls", "/var/lib/libvirt/images")
    assert [v for v in volumes if v.startswith("dockerd-lab-")] == []


def test_another_word_is_refused(tmp_path):
    inner = make_checkout(tmp_path / "checkout")
    result = inner.dockerd_lab("up", limit=60, LAB_SANDBOX="no")
    assert result.code == 2
    assert "LAB_SANDBOX is 'no'; it may be `off`, or unset" in result.output
