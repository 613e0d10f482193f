"""Which program reads a file, and whether it does so at a boot."""

import pytest

from dockerd_lab.config.readers import Reader, reader_of


@pytest.mark.parametrize(
    ("path", "name", "at_boot"),
    [
        ("/etc/docker/daemon.json", "dockerd", False),
        ("/etc/default/docker", "docker.service", False),
        ("/etc/containerd/config.toml", "containerd", False),
        ("/etc/nginx/conf.d/x.conf", "nginx", False),
        ("/etc/nftables.conf", "nft", False),
        ("/etc/iptables/rules.v4", "iptables-restore", False),
        ("/etc/iptables/rules.v6", "ip6tables-restore", False),
        ("/etc/rc.local", "rc-local.service", True),
        ("/etc/fstab", "systemd-fstab-generator", True),
        ("/usr/lib/tmpfiles.d/x.conf", "systemd-tmpfiles", True),
        ("/etc/modules", "systemd-modules-load", True),
        ("/etc/apparmor.d/x", "apparmor.service", True),
    ],
)
def test_who_reads_a_file(path, name, at_boot):
    assert reader_of(path) == Reader(name, at_boot)


def test_nobody_is_known_to_read_it():
    assert reader_of("/opt/start.sh") is None
