"""What of an input only a boot brings into effect."""

from pathlib import Path

import pytest
from observations import observation
from prepared import UNIT_D

from dockerd_lab.judge.boot_only_parts import boot_only_parts
from dockerd_lab.observe.unit_states import parse

BEFORE = parse((Path(__file__).parent / "units/before-boot.txt").read_text())
AFTER = parse((Path(__file__).parent / "units/after-boot.txt").read_text())


@pytest.fixture
def parts(ready, tmp_path):
    """The parts of these files; `read` are the files that were read before a boot."""

    def find(files, *, read=(), units=None, script=None, changed=(), allow_stand_ins=True):
        provision = None
        if script is not None:
            provision = tmp_path / "own.sh"
            provision.write_text(script)
        made = ready(files, provision=provision, allow_stand_ins=allow_stand_ins)
        changed_files = dict.fromkeys(changed, "text")
        seen = observation(files_read=read, units=units or {}, changed_files=changed_files)
        return boot_only_parts(made, seen)

    return find


@pytest.mark.parametrize(
    "files",
    [
        {"etc/docker/daemon.json": {}},
        {f"{UNIT_D}/x.conf": "[Service]\n"},
        {"etc/nftables.conf": "table inet x {\n}\n"},
        {"etc/logrotate.d/docker": "x"},
        {"etc/systemd/network/10-eth0.network": "[Match]\nName=eth0\n"},
    ],
)
def test_what_needs_no_boot(parts, files):
    assert parts(files) == []


@pytest.mark.parametrize(
    "path",
    [
        "etc/rc.local",
        "etc/tmpfiles.d/x.conf",
        "etc/sysctl.conf",
        # The sockets and services that run already have it only after a boot.
        "etc/systemd/system/socket.d/x.conf",
        "etc/systemd/system/systemd-.service.d/x.conf",
        "usr/lib/systemd/system/timer.d/x.conf",
    ],
)
def test_a_file_that_is_read_at_a_boot(parts, path):
    assert parts({path: "x\n"}) == [f"/{path}"]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/rc.local",
        "/etc/init.d/x",
        "/etc/cron.d/x",
        "/var/spool/cron/crontabs/root",
        "/var/spool/cron/atjobs/a00001018e0c3a",
        "/usr/lib/tmpfiles.d/x.conf",
        "/etc/udev/rules.d/9-x.rules",
        "/etc/systemd/system/docker.socket.d/x.conf",
        "/usr/lib/systemd/system/ssh.service.d/x.conf",
        "/etc/systemd/system/service.d/x.conf",
    ],
)
def test_a_file_that_a_script_wrote_for_a_boot(parts, path):
    assert parts({}, script="true\n", changed=[path]) == [path]


def test_units_that_nothing_has_started(parts):
    units = {name: BEFORE[name] for name in ("second.service", "static.service", "ssh.service")}
    assert parts({}, units=units, script="true\n") == ["second.service", "ssh.service"]


def test_a_unit_that_a_script_has_started(parts):
    assert parts({}, units={"second.service": AFTER["second.service"]}, script="true\n") == []


def test_a_drop_in_of_docker_service_that_a_script_wrote(parts):
    assert parts({}, script="true\n", changed=[f"/{UNIT_D}/x.conf"]) == []


def test_what_a_script_has_added(parts):
    assert parts({}, script="true\n", changed=["/etc/rc.local"]) == ["/etc/rc.local"]


@pytest.mark.parametrize(
    ("files", "script", "expected"),
    [
        ({"etc/docker/daemon.json": {}}, "true\n", ["/etc/docker/daemon.json"]),
        ({f"{UNIT_D}/x.conf": "[Service]\n"}, "true\n", [f"/{UNIT_D}/x.conf"]),
        ({f"{UNIT_D}/x.conf": "[Service]\n"}, "systemctl restart docker\n", []),
        ({f"{UNIT_D}/x.conf": "[Service]\n"}, None, []),
        ({"etc/nginx/nginx.conf": "events {}\n"}, None, ["/etc/nginx/nginx.conf"]),
    ],
)
def test_without_stand_ins_only_a_boot_brings_what_nothing_restarts(parts, files, script, expected):
    assert parts(files, script=script, allow_stand_ins=False) == expected
