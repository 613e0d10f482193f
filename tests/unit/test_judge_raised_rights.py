"""Programs, pipes and crash handlers that run with other rights than those of who uses them."""

import os
import re
import subprocess

import pytest
from observations import SOCKET, observation

from dockerd_lab.errors import HarnessError
from dockerd_lab.machine_paths import APPLY_STAMP
from dockerd_lab.observe import raised_rights
from dockerd_lab.observe.raised_rights import RaisedRights

ANY = {"etc/docker/daemon.json": {}}


@pytest.mark.parametrize(
    ("rights", "name", "words"),
    [
        (RaisedRights(setuid=("/opt/shell",)), "/opt/shell", "it is setuid or setgid"),
        (
            RaisedRights(capabilities=(("/opt/python3", "cap_setuid"),)),
            "/opt/python3",
            "it has cap_setuid",
        ),
        (RaisedRights(pipes=("/run/ops",)), "/run/ops", "write to this pipe"),
        (
            RaisedRights(crash_program="/opt/collect %p"),
            "kernel.core_pattern",
            "root runs /opt/collect when",
        ),
    ],
)
def test_what_every_local_user_may_use_is_no_pass(judged, rights, name, words):
    result = judged(ANY, observation(listeners=[SOCKET], raised_rights=rights))
    (each,) = result.not_judged
    assert (result.verdict, each.name) == ("incomplete", name)
    assert words in each.message


def test_systemd_s_own_crash_handler_is_none(judged):
    rights = RaisedRights(crash_program="/lib/systemd/systemd-coredump %P %u")
    assert judged(ANY, observation(listeners=[SOCKET], raised_rights=rights)).not_judged == []


def test_what_the_machine_printed():
    output = "setuid /a b\ncapabilities 0x482 /b\ncapabilities 0x400 /c\npipe /run/x\nend\n"
    assert raised_rights.parse(output) == RaisedRights(
        ("/a b",), (("/b", "cap_dac_override, cap_setuid"),), ("/run/x",), ""
    )
    for broken in ("", "setuid /a\n", "other\nend\n"):
        with pytest.raises(HarnessError):
            raised_rights.parse(broken)


def test_the_command_finds_what_is_new(tmp_path):
    stamp = tmp_path / "begun"
    stamp.touch()
    os.utime(stamp, (1, 1))
    for name, mode in (("program", 0o4755), ("plain", 0o755), ("closed", 0o4700)):
        file = tmp_path / name
        file.touch()
        file.chmod(mode)
    subprocess.run(["mkfifo", "-m", "666", tmp_path / "pipe"], check=True)
    command = raised_rights.COMMAND.command.replace(APPLY_STAMP, str(stamp))
    command = re.sub(r"find / .*-xdev", f"find {tmp_path} -xdev", command)
    command = command.replace("/proc/sys/kernel/core_pattern", "/dev/null")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert raised_rights.parse(done.stdout) == RaisedRights(
        setuid=(f"{tmp_path}/program",), pipes=(f"{tmp_path}/pipe",)
    )
