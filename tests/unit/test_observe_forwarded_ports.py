"""Ports that a firewall leads elsewhere, as nft and iptables-save list them."""

import pytest

from dockerd_lab.observe.forwarded_ports import ANY_PORT, LIMIT, forwarded_ports

IPTABLES = "*nat\n:PREROUTING ACCEPT [0:0]\n{}\nCOMMIT\n"
NFT = "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority -100;\n\t\t%s\n\t}\n}"


def ports(rules):
    return [int(each.address.rpartition(":")[2]) for each in forwarded_ports(rules)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("tcp dport 8375 redirect to :2375", [8375]),
        ("tcp dport 8375 counter packets 0 bytes 0 dnat to 127.0.0.1:2375", [8375]),
        ("tcp dport { 8375, 9000-9002 } redirect to :2375", [8375, 9000, 9002]),
        ("dnat to tcp dport map { 8375 : 127.0.0.1, 8376 : 127.0.0.2 }", [8375, 8376]),
        ("tcp dport 8375 tproxy to 127.0.0.1:2375", [8375]),
        ('iifname "eth1" meta l4proto tcp redirect to :2375', [ANY_PORT]),
        ("tcp dport 8375 drop", []),
    ],
)
def test_rules_of_nftables(rule, expected):
    assert ports(NFT % rule) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("-A PREROUTING -p tcp -m tcp --dport 8375 -j REDIRECT --to-ports 2375", [8375]),
        (
            "-A PREROUTING -p tcp -m multiport --dports 8375,9000:9002 -j DNAT"
            " --to-destination 127.0.0.1:2375",
            [8375, 9000, 9002],
        ),
        ("-A PREROUTING -d 10.0.0.1/32 -p tcp -j DNAT --to-destination 1.2.3.4:2375", [ANY_PORT]),
        ("-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE", []),
    ],
)
def test_rules_of_iptables(rule, expected):
    assert ports(IPTABLES.format(rule)) == expected


def test_a_rule_that_jumps_and_a_set_are_followed():
    rules = (
        "set doors { type inet_service\n elements = { 8375, 8376 } }\n"
        "chain pre { tcp dport 9000 jump inside\n tcp dport @doors jump inside }\n"
        "chain inside { tcp dport 2375 redirect to :2375 }"
    )
    assert ports(rules) == [2375, 8375, 8376, 9000]


def test_the_port_of_ssh_is_left_out_which_the_lab_itself_keeps_open():
    assert ports("tcp dport 22 accept\ntcp dport 8375 redirect to :2375") == [8375]


def test_addresses_in_a_set_are_no_ports():
    rules = "elements = { 10.0.0.1, 192.168.3.0/24, fd00::1 }\ntcp dport 80 redirect to :2375"
    assert ports(rules) == [80]


def test_not_more_are_tried_than_the_limit():
    rules = "\n".join(f"tcp dport {port} redirect to :2375" for port in range(100, 200))
    assert len(ports(rules)) == LIMIT
