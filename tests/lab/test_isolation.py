"""Who would a guest be that breaks out of QEMU?"""

import re
from pathlib import Path

import pytest

from dockerd_lab.host.namespaces import PRIVATE_DIRECTORIES
from dockerd_lab.host.sandbox import Sandbox

#: What a process is, in /proc/PID/status; the ids are this computer's, as seen from here.
FIELDS = r"^(Uid|Gid|CapPrm|CapEff|CapBnd):\s+(.*)$"


def qemu_processes(fleet):
    """The QEMU processes of the lab, as /proc of this computer has them: one for each machine."""
    if not isinstance(fleet.lab, Sandbox):
        pytest.skip("LAB_SANDBOX=off: QEMU runs as this computer's own libvirt has it")
    namespace = Path(f"/proc/{fleet.lab.pid}/ns/pid").readlink()
    processes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().startswith("qemu-system"):
                processes += [process] if (process / "ns/pid").readlink() == namespace else []
        except OSError:  # it ended, or is another user's
            continue
    assert len(processes) == len(fleet.names)
    return processes


def test_a_guest_that_breaks_out_is_nobody(fleet):
    for process in qemu_processes(fleet):
        status = dict(re.findall(FIELDS, (process / "status").read_text(), re.MULTILINE))
        assert "0" not in status["Uid"].split(), "QEMU runs as root of this computer"
        assert "0" not in status["Gid"].split()
        assert {int(status[name], 16) for name in ("CapPrm", "CapEff")} == {0}


def test_a_guest_that_breaks_out_can_write_the_lab_s_files_alone(fleet):
    for process in qemu_processes(fleet):
        mounts = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
        writable = {
            place for _, _, _, _, place, options, *_ in mounts if "rw" in options.split(",")
        }
        assert writable == {*PRIVATE_DIRECTORIES, "/run", "/proc/sys/net"}
