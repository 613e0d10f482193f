"""Files by which a program does as root what others want."""

import pytest

from dockerd_lab.judge.granting_files import find_granting_files

BUS = '<busconfig>\n <policy context="default">\n  <allow send_destination="org.x"/>\n'


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("etc/fstab", "/dev/vda / ext4 defaults 0 1\n/srv/a /mnt ext4 loop,user,suid 0 0\n", 2),
        ("etc/dbus-1/system.d/x.conf", BUS, 3),
        ("usr/share/dbus-1/system-services/x.service", "[D-BUS Service]\nExec=/opt/x\n", 2),
        ("etc/polkit-1/rules.d/x.rules", "// all\npolkit.addRule(() => 'yes');\n", 2),
        ("etc/doas.conf", "# all\npermit nopass :users as root\n", 2),
        ("etc/exports", "# all\n/ *(rw,no_root_squash)\n", 2),
        ("etc/rsyncd.conf", "[etc]\npath = /etc\n", 1),
    ],
)
def test_what_they_do_for_whom_was_not_tried(ready, path, text, line):
    (entry,) = find_granting_files(ready({path: text}).inputs)
    assert entry.where.endswith(f"{path}:{line}")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/fstab", "/dev/vda / ext4 defaults,errors=remount-ro 0 1\n"),
        ("etc/dbus-1/system.d/x.conf", '<policy user="root">\n</policy>\n'),
        ("etc/doas.conf", "# permit nopass :users\n"),
        ("etc/exports", "# none\n"),
    ],
)
def test_what_grants_nothing(ready, path, text):
    assert list(find_granting_files(ready({path: text}).inputs)) == []
