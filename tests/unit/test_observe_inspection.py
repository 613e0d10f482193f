"""What is looked at on `daemon` besides dockerd: services, scripts, --validate, changed files."""

import base64
import os
import re
import shlex
import subprocess

import pytest
from observations import answer, write

from dockerd_lab.config import readers
from dockerd_lab.errors import HarnessError
from dockerd_lab.observe import changed_files, inspection
from dockerd_lab.observe.inspection import Inspection, ServiceState


@pytest.mark.parametrize(
    ("printed", "code", "refused"),
    [
        ("configuration OK", 0, False),
        ("conflict", 1, True),
        ("unknown flag: --validate", 125, None),
    ],
)
def test_whether_dockerd_validate_refuses(printed, code, refused):
    answers = {"dockerd_validate": answer(printed, code)}
    assert inspection.refused_by_validate(answers, "failed") is refused
    assert inspection.refused_by_validate(answers, "active") is None
    assert inspection.refused_by_validate({}, "failed") is None


def test_services_have_a_state_and_a_log():
    answers = {
        "service:nginx.service": answer("failed\nnginx: [emerg] no\nmore\n"),
        "service:nftables.service": answer("active\n"),
        "outcome": answer("daemon=active"),
    }
    assert inspection.services(answers) == {
        "nginx.service": ServiceState(active=False, log=("nginx: [emerg] no", "more")),
        "nftables.service": ServiceState(active=True),
    }


def test_the_exit_code_of_a_script_that_failed():
    assert inspection.script_exit_code({"script_exit_code": answer("3\n")}) == 3
    assert inspection.script_exit_code({"script_exit_code": answer("")}) is None
    assert inspection.script_exit_code({}) is None


def test_only_what_the_configuration_has_is_asked_for():
    assert list(inspection.commands(Inspection(), "28.5.2")) == ["dockerd_validate"]
    assert inspection.commands(Inspection(validate_arguments=None), "28.5.2") == {}
    inspected = Inspection(services=("x.service",), docker_socket=True, user_scripts=True)
    assert list(inspection.commands(inspected, "20.10.5")) == [
        "service:x.service",
        "socket_log",
        "script_exit_code",
    ]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Directories that stand for the machine's, a moment after the case was applied."""
    etc = tmp_path / "etc"
    old = write(etc / "docker/old.json", "{}")
    monkeypatch.setattr(changed_files, "APPLY_STAMP", str(write(tmp_path / "begun", "")))
    monkeypatch.setattr(changed_files, "CONFIG_DIRECTORIES", (str(etc),))
    monkeypatch.setattr(changed_files, "BOOT_PLACES", "")
    begun = old.stat().st_ctime_ns
    os.utime(tmp_path / "begun", ns=(begun, begun))
    return etc


def test_changed_new_and_removed_files_are_told_apart(machine):
    same, changed, gone = (str(machine / f"docker/{n}.json") for n in ("same", "changed", "gone"))
    installed = {same: "{}", changed: "{}", gone: "{}"}
    write(machine / "docker/same.json", "{}")
    write(machine / "docker/changed.json", '{"debug": true}')
    new = write(machine / "systemd/it's new.conf", "[Service]\n")
    timer = write(machine / "systemd/x.timer", "[Timer]\n")
    write(machine / "docker/key.conf", "-----BEGIN EC PRIVATE KEY-----\nx\n")
    write(machine / "docker/notes.txt", "no configuration")
    command = changed_files.list_command(installed).command
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert changed_files.parse_changes(answer(result.stdout, result.returncode), installed) == {
        changed: '{"debug": true}',
        gone: None,
        str(new): "[Service]\n",
        str(timer): "[Timer]\n",
    }


@pytest.mark.parametrize("pattern", readers.boot_patterns())
def test_what_a_script_wrote_for_a_boot_is_looked_for(pattern):
    path = re.sub(r"\*", "x", re.sub(r"^\*/", "/etc/", pattern))
    path = path.replace("/etc/systemd/x.conf.d", "/etc/systemd/system.conf.d")
    command = changed_files.list_command([]).command
    places = command.partition("find ")[2].partition(" -type")[0].split()
    is_link = pattern == "/etc/rc?.d/*"  # to a script in /etc/init.d
    assert is_link or any(path == place or path.startswith(f"{place}/") for place in places)
    assert shlex.quote(pattern) in command


def test_an_answer_that_is_none_is_the_harness_s_fault():
    with pytest.raises(HarnessError, match="reading the configuration files on daemon"):
        changed_files.parse_changes(answer("no such thing", 1), {})
    with pytest.raises(HarnessError, match="reading files on daemon"):
        changed_files.parse_changes(answer("% /etc/x\n"), {})
    binary = base64.b64encode(b"\xff\xfe").decode()
    assert changed_files.parse_changes(answer(f"{binary} /etc/x.conf\n"), {}) == {}
