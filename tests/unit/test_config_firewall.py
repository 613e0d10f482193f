"""The network interface that the rules of a firewall name."""

import pytest

from dockerd_lab.config.firewall import firewall_interface


@pytest.mark.parametrize(
    ("rules", "interface"),
    [
        ('iif "enp3s0" accept', "enp3s0"),
        ("iifname 'eth1' accept\noifname eth1 accept", "eth1"),
        ("-A INPUT -i ens18 -j ACCEPT", "ens18"),
        ("-A OUTPUT -o em1 -j ACCEPT", "em1"),
        ("oif enx0011 drop", "enx0011"),
        ("oif eno1 drop", "eno1"),
        ("iif eth0 drop\niif eth1 drop", None),
        ("iif docker0 drop", None),
        ("# iif eth0 drop", None),
        ("iif eth0 drop # iif eth1", "eth0"),
        ("", None),
    ],
)
def test_the_card_of_a_firewall(rules, interface):
    files = ("/etc/nftables.conf", "/etc/iptables/rules.v4", "/etc/iptables/rules.v6")
    found = {file: firewall_interface({file: rules}) for file in files}
    assert found == dict.fromkeys(files, interface)


def test_other_files_are_not_read_and_all_of_them_are_one_firewall():
    assert firewall_interface({"/etc/other.conf": "iif eth0 drop"}) is None
    both = {"/etc/nftables.conf": "iif eth0", "/etc/iptables/rules.v6": "-i eth1"}
    assert firewall_interface(both) is None
