"""The user that QEMU runs as: an id that is nobody's on this computer."""

import os
import tempfile
from pathlib import Path

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import doctor
from dockerd_lab.host.own_libvirt import OwnLibvirt
from dockerd_lab.host.qemu_user import LAST, UNUSED, can_open, choose, configured, pick
from dockerd_lab.host.sandbox import Sandbox

ALL = "0 0 4294967295\n"
#: As `unshare --map-root-user --map-auto` makes it for user 1000 with 65536 subordinate ids.
ORDINARY = "0 1000 1\n1 100000 65536\n"
#: Root of a container.
CONTAINER = "0 231072 65536\n"


def test_root_s_labs_have_an_id_each_that_no_list_gives_away():
    one, other = (pick(name, ALL, ALL, ()) for name in ("/one/.lab/x", "/other/.lab/x"))
    assert one != other
    assert one in UNUSED
    assert other in UNUSED
    assert pick("/one/.lab/x", ALL, ALL, ()) == one, "the disks of a saved lab stay its own"


def test_an_id_that_somebody_has_is_passed_over():
    first = pick("lab", ALL, ALL, ())
    assert pick("lab", ALL, ALL, [range(first - 100, first + 7)]) == first + 7


@pytest.mark.parametrize("id_map", [ORDINARY, CONTAINER, "0 1000 1\n1 100000 1000\n"])
def test_an_id_is_mapped_and_not_root_s(id_map):
    first, _, count = map(int, id_map.splitlines()[-1].split())
    chosen = {pick(str(name), id_map, id_map, ()) for name in range(4 * LAST)}
    assert len(chosen) > 500
    assert chosen <= {*range(max(first, 1), first + count)} - {65534, 65535}


def test_an_id_is_a_user_s_and_a_group_s():
    assert pick("lab", "0 1000 1\n1 100000 65536\n", "0 1000 1\n1 100000 10\n", ()) in range(1, 11)


def test_a_namespace_that_has_no_other_id():
    with pytest.raises(HarnessError, match="no user id is left"):
        pick("lab", "0 1000 1\n", "0 1000 1\n", ())


def test_this_computer_has_an_id(tmp_path):
    assert choose(tmp_path, ordinary=False) > 0


def lab_with(directory, text):
    (directory / "libvirt/etc").mkdir(parents=True)
    (directory / "libvirt/etc/qemu.conf").write_text(f"# libvirt\n{text}")
    return Sandbox(directory, "qemu", False, pid=1, started=1)


@pytest.mark.parametrize(
    ("text", "user"), [('user = "+1912602624"\n', 1912602624), ('user = "root"\n', None)]
)
def test_which_user_it_is_stands_in_the_lab(tmp_path, text, user):
    assert configured(tmp_path) is None
    lab_with(tmp_path, text)
    assert configured(tmp_path) == user


@pytest.mark.parametrize(
    ("root", "user", "words"),
    [
        (True, 1912602624, "as a user id that is nobody's on this computer, without capabilities"),
        (False, 64676, "as a subordinate user of me (/etc/subuid), without capabilities, in user,"),
        (False, 0, "as me, to whom alone /dev/kvm opens, without capabilities, in user, network,"),
    ],
)
def test_doctor_says_who_a_guest_would_be(tmp_path, monkeypatch, root, user, words):
    monkeypatch.setattr(doctor, "is_root", lambda: root)
    monkeypatch.setattr("getpass.getuser", lambda: "me")
    result = doctor.isolation(lab_with(tmp_path, f'user = "+{user}"\n'))
    assert (result.check, result.state) == ("isolation", "ok" if user else "note")
    assert f"QEMU runs {words}" in result.message
    assert bool(result.fix) is (user == 0)


def test_doctor_says_that_there_is_no_lab_around_a_guest(tmp_path):
    result = doctor.isolation(OwnLibvirt(tmp_path, "kvm", False, runtime=tmp_path))
    assert result.state == "note"
    assert "this computer's own libvirt" in result.message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_who_may_open_a_device():
    user, group = 1912602624, 1912602625
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        device = Path(place) / "kvm"
        device.touch()
        os.chown(device, 0, group)
        device.chmod(0o660)
        assert can_open(0, device, groups=())
        assert not can_open(user, device, groups=())
        assert can_open(user, device, groups=(group,))
        os.chown(device, user, 0)
        assert can_open(user, device, groups=())
