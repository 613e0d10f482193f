"""What the checks of a computer say, and what each of them names as the way to fix it."""

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import checks
from dockerd_lab.host.own_libvirt import OwnLibvirt
from dockerd_lab.host.sandbox import Sandbox


def test_missing_programs_are_named_with_their_packages(monkeypatch):
    absent = {"virsh", "qemu-img"}
    monkeypatch.setattr(checks.shutil, "which", lambda n, **_: None if n in absent else n)
    result = checks.programs()
    assert (result.state, result.message) == ("missing", "not installed: virsh, qemu-img")
    assert result.fix.endswith("--no-install-recommends libvirt-clients qemu-utils")


@pytest.mark.parametrize("kind", [Sandbox, OwnLibvirt])
def test_another_architecture_is_named_before_anything_else(monkeypatch, kind):
    monkeypatch.setattr(checks.platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(checks.shutil, "which", lambda name, **_: None)
    reason = "the boxes and the machines are x86_64, this computer is aarch64"
    with pytest.raises(HarnessError, match=f"^architecture: {reason}\nuse an x86_64 computer"):
        checks.require(kind.checks)
    assert reason in [result.message for result in checks.run_checks(checks.FOR_A_LAB)]


def test_this_architecture_is_no_obstacle(monkeypatch):
    monkeypatch.setattr(checks.platform, "machine", lambda: "x86_64")
    assert checks.run_checks(checks.FOR_A_LAB)[0] == checks.CheckResult(
        "architecture", "ok", "x86_64"
    )


@pytest.fixture
def user(monkeypatch):
    """An ordinary user of a computer where everything is as it must be."""
    facts = {"/etc/subuid": "me:100000:65536", "/etc/subgid": "me:100000:65536"}
    monkeypatch.setattr(checks, "is_root", lambda: False)
    monkeypatch.setattr(checks.getpass, "getuser", lambda: "me")
    monkeypatch.setattr(checks, "_util_linux", lambda: (2, 38))
    monkeypatch.setattr(checks.shutil, "which", lambda name, **_: name)
    monkeypatch.setattr(checks, "_read", lambda file: facts.get(str(file), ""))
    monkeypatch.setattr(checks, "_try_user_namespace", lambda: facts.get("refused"))
    return facts


def test_a_user_who_can(user):
    assert checks.user_namespaces().state == "ok"


def test_an_older_util_linux_is_recognised(user, monkeypatch):
    monkeypatch.setattr(checks, "_util_linux", lambda: (2, 37))
    result = checks.user_namespaces()
    assert "util-linux 2.37 has no --map-auto; 2.38 brought it" in result.message
    assert "Debian 12" in result.fix


@pytest.mark.parametrize("file", ["/etc/subuid", "/etc/subgid"])
def test_a_user_without_ids(user, file):
    user[file] = "somebody:100000:65536"
    result = checks.user_namespaces()
    assert "give me no ids" in result.message
    assert result.fix == ("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 me")


def test_ubuntu_s_restriction_is_recognised(user):
    user["refused"] = "unshare: write failed /proc/self/uid_map: Operation not permitted"
    assert "the kernel refuses: unshare: write failed" in checks.user_namespaces().message
    user["/proc/sys/kernel/apparmor_restrict_unprivileged_userns"] = "1"
    result = checks.user_namespaces()
    assert "Ubuntu's AppArmor" in result.message
    assert "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" in result.fix


@pytest.mark.parametrize(
    ("error", "fix"),
    [(PermissionError(13, "no"), "chmod 0666"), (FileNotFoundError(2, "no"), "modprobe tun")],
)
def test_a_tun_device_that_does_not_open(monkeypatch, error, fix):
    def refuse(*_):
        raise error

    monkeypatch.setattr(checks.os, "open", refuse)
    assert fix in checks.tun().fix


def test_what_is_missing_ends_the_lab_s_start(monkeypatch):
    missing = checks.CheckResult("tun", "missing", "is not there", "sudo fix it")
    monkeypatch.setattr(checks, "PRIVATE_DIRECTORIES", {"/": "root"})
    with pytest.raises(HarnessError, match="tun: is not there\nsudo fix it"):
        checks.require((checks.mount_points, lambda: missing))


def test_disk_and_memory(tmp_path):
    assert checks.disk(tmp_path / "not/there/yet", 1).state == "ok"
    assert "dockerd-lab clean" in checks.disk(tmp_path, 10**18).fix
    assert checks.memory(10**18).state == "note"
