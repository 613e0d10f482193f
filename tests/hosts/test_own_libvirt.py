"""LAB_SANDBOX=off: the machines on a computer's own libvirt. A lab plays that computer.

Its libvirtd, networks and storage are the computer's as far as the inner run can tell; nothing of
the real one is used.
"""

import os
import subprocess
import sys

import pytest
from copies import make_checkout

from dockerd_lab.host import lab as lab_module


@pytest.fixture
def computer(tmp_path):
    """A lab without machines, entered as if it were a computer with a libvirt of its own."""
    outer = lab_module.start(tmp_path / "computer/lab", kept=False)
    yield outer
    lab_module.stop(outer)


def inside(computer, *argv, limit, **env):
    return subprocess.run(
        computer.enter(argv),
        env={**os.environ, "LAB_SANDBOX": "off", **env},
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )


def test_a_case_on_the_computer_s_own_libvirt(computer, tmp_path, monkeypatch):
    inner = make_checkout(tmp_path / "checkout")
    monkeypatch.chdir(inner.root)
    virsh = ("virsh", "--connect", "qemu:///system")
    suites = (sys.executable, "-m", "pytest", "-q", "tests/lab", "--case", "unix-default")
    done = inside(computer, *suites, limit=900, PYTHONPATH=str(inner.root))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "LAB_SANDBOX=off: this computer's own libvirt runs the machines" in done.stdout
    assert "destroying the machines on this computer's own libvirt: done" in done.stdout
    left = inside(computer, *virsh, "list", "--all", "--name", limit=30)
    assert left.stdout.split() == [], "machines were left"
    networks = inside(computer, *virsh, "net-list", "--all", "--name", limit=30)
    assert "dockerd-lab" not in networks.stdout.split()
    volumes = inside(computer, "ls", "/var/lib/libvirt/images", limit=30)
    assert [v for v in volumes.stdout.split() if v.startswith("dockerd-lab-")] == []


def test_another_word_is_refused(tmp_path):
    inner = make_checkout(tmp_path / "checkout")
    done = inner.dockerd_lab("up", limit=60, LAB_SANDBOX="no")
    assert done.code == 2
    assert "LAB_SANDBOX is 'no'; it may be `off`, or unset" in done.said
