"""Who would a guest be that breaks out of QEMU?"""

import re
from pathlib import Path

import pytest

from dockerd_lab.host.namespaces import PRIVATE_DIRECTORIES

#: What a process is, in /proc/PID/status; the ids are this computer's, as seen from here.
FIELDS = r"^(Uid|Gid|CapPrm|CapEff|CapBnd):\s+(.*)$"


@pytest.fixture
def qemus(fleet):
    """The QEMU processes of the lab: its machines, by their command lines."""
    if not fleet.lab.sandbox:
        pytest.skip("LAB_SANDBOX=off: QEMU runs as this computer's own libvirt has it")
    space = (Path(f"/proc/{fleet.lab.pid}/ns/pid")).readlink()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().startswith("qemu-system"):
                found += [process] if (process / "ns/pid").readlink() == space else []
        except OSError:  # it ended, or is another user's
            continue
    assert len(found) == len(fleet.names)
    return found


def test_a_guest_that_breaks_out_is_nobody(qemus):
    for process in qemus:
        status = dict(re.findall(FIELDS, (process / "status").read_text(), re.MULTILINE))
        assert "0" not in status["Uid"].split(), "QEMU runs as root of this computer"
        assert "0" not in status["Gid"].split()
        assert {int(status[name], 16) for name in ("CapPrm", "CapEff")} == {0}


def test_a_guest_that_breaks_out_can_write_the_lab_s_files_alone(qemus):
    for process in qemus:
        mounts = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
        writable = {
            place for _, _, _, _, place, options, *_ in mounts if "rw" in options.split(",")
        }
        assert writable == {*PRIVATE_DIRECTORIES, "/run", "/proc/sys/net"}
