"""What the lab enables, and what it does on the machine before a boot."""

import re
import subprocess

import pytest
from prepared import script

from dockerd_lab.standins.boot_preparation import _mounts

SYSTEM = "etc/systemd/system"
SERVICE = "[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=multi-user.target\n"


@pytest.mark.parametrize(
    ("files", "enabled"),
    [
        ({f"{SYSTEM}/x.service": SERVICE}, ["x.service"]),
        ({f"{SYSTEM}/x.timer": "[Timer]\n[Install]\nWantedBy=timers.target\n"}, ["x.timer"]),
        ({f"{SYSTEM}/x.service": "[Service]\nExecStart=/bin/a\n"}, []),
        ({f"{SYSTEM}/x@.service": SERVICE}, []),
        ({f"{SYSTEM}/x@.service": f"{SERVICE}DefaultInstance=1\n"}, ["x@.service"]),
        ({f"{SYSTEM}/docker.service": SERVICE}, []),
        ({f"{SYSTEM}/x.service.d/a.conf": SERVICE}, []),
    ],
)
def test_a_unit_that_can_be_enabled_is_enabled(ready, files, enabled):
    made = ready(files)
    assert all(f"enable --no-reload --quiet {unit} " in script(made) for unit in enabled)
    assert script(made).count("systemctl enable") == len(enabled)
    notes = [note for note in made.stand_in_notes if "enabled" in note]
    assert notes == [f"{unit}: enabled (systemctl enable {unit})" for unit in enabled]


def test_a_unit_that_the_input_enables_is_left_as_it_is(ready, top):
    link = top / f"{SYSTEM}/multi-user.target.wants/x.service"
    link.parent.mkdir(parents=True)
    (top / f"{SYSTEM}/x.service").write_text(SERVICE)
    link.symlink_to("../x.service")
    made = ready({}, paths=[top])
    assert "systemctl enable" not in script(made)
    assert made.inspected.units == ("x.service",)


def test_what_a_boot_runs_only_if_it_is_executable(ready):
    made = ready({"etc/rc.local": "#!/bin/sh\n", "etc/init.d/x": "#!/bin/sh\n"})
    assert made.stand_in_notes == (
        "/etc/init.d/x: made executable; a boot leaves it out otherwise",
        "/etc/init.d/x: enabled (update-rc.d x defaults)",
        "/etc/rc.local: made executable; a boot leaves it out otherwise",
    )
    assert "chmod 755 /etc/rc.local" in script(made)


def test_without_stand_ins_nothing_is_enabled_loaded_or_restarted(ready, tmp_path):
    files = {
        f"{SYSTEM}/x.service": SERVICE,
        f"{SYSTEM}/docker-tcp.socket": "[Socket]\nListenStream=2375\n",
        "etc/rc.local": "#!/bin/sh\n",
        "etc/nftables.conf": "table inet x {\n}\n",
        "etc/iptables/rules.v4": "*filter\n",
        "etc/nginx/conf.d/x.conf": "server { listen 80; }\n",
        "etc/containerd/config.toml": "version = 2\n",
    }
    made = ready(files, allow_stand_ins=False)
    assert not re.search("systemctl|nft|iptables|rc.local", script(made))
    assert script(made, "restart.sh") == ""
    assert (made.stand_in_notes, made.scripts.services) == ((), ())


@pytest.mark.parametrize(
    ("text", "noted"), [("true\n", True), ("systemctl restart docker\n", False)]
)
def test_a_restart_after_a_script_that_restarts_nothing(ready, tmp_path, text, noted):
    provision = tmp_path / "own.sh"
    provision.write_text(text)
    note = "docker.service: restarted after the script, which does not restart it"
    assert (note in ready({}, provision=provision).stand_in_notes) is noted


def test_without_stand_ins_only_the_script_restarts(ready, tmp_path):
    provision = tmp_path / "own.sh"
    provision.write_text("true\n")
    made = ready({}, provision=provision, allow_stand_ins=False)
    assert (made.inputs.directory / "no-restart").exists()


FSTAB = """# /etc/fstab
UUID=0a3407de / ext4 errors=remount-ro 0 1
UUID=1a3407de /data ext4 defaults 0 2
/dev/sdb1 none swap sw 0 0

tmpfs /srv/tmp tmpfs size=10m 0 0
/run/docker.sock /srv/docker.sock none bind
"""


def test_a_boot_waits_for_no_device_of_the_real_host():
    mounts, absent = _mounts(FSTAB)
    assert mounts.splitlines() == [
        "/dev/vda / ext4 rw,relatime 0 1",
        "tmpfs /srv/tmp tmpfs size=10m,nofail 0 0",
        "/run/docker.sock /srv/docker.sock none bind,nofail 0 0",
    ]
    assert absent == ["UUID=1a3407de", "/dev/sdb1"]


def test_the_harness_is_not_cut_off_by_a_boot(ready):
    made = ready(
        {
            "etc/systemd/network/10-eth0.network": "[Match]\nName=eth0\n",
            "etc/ssh/sshd_config.d/x.conf": "PermitRootLogin no\n",
            "etc/fstab": FSTAB,
        }
    )
    subprocess.run(["sh", "-n"], input=made.boot.script, text=True, check=True)
    assert "rm /etc/systemd/network/10-eth0.network; " in made.boot.script
    assert "rm /etc/ssh/sshd_config.d/x.conf; " in made.boot.script
    assert [note.partition(":")[0] for note in made.boot.notes] == [
        "/etc/ssh/sshd_config.d/x.conf",
        "/etc/systemd/network/10-eth0.network",
        "/etc/fstab",
        "/etc/fstab",
    ]


def test_stand_ins_that_a_boot_takes_away_are_made_again(ready):
    made = ready(
        {
            "etc/docker/daemon.json": {"hosts": ["tcp://10.1.2.3:2375"], "bridge": "br0"},
            "etc/iptables/rules.v4": "*filter\n",
        }
    )
    for line in (
        'ip address replace 10.1.2.3/32 dev "$device"',
        "ip link add name br0 type bridge",
        "iptables-restore --noflush /etc/iptables/rules.v4",
    ):
        assert line in made.boot.script
    assert "/etc/hosts" not in made.boot.script


def test_a_unit_that_the_box_masks_is_unmasked_for_an_input_that_names_it(ready):
    made = ready({f"{SYSTEM}/fstrim.timer.d/x.conf": "[Timer]\n"})
    assert "for link in /etc/systemd/system/fstrim.timer;" in made.boot.script
    assert "for link in /etc/systemd/system-generators/*;" in made.boot.script
