"""Simple rules of nftables: whom they keep out, and what this reader leaves alone."""

import ipaddress

import pytest
from linting import prediction

from dockerd_lab.config.not_read import NotRead
from dockerd_lab.lint.nftables import read_chains
from dockerd_lab.lint.packets import Packet, judge

HEAD = "type filter hook input priority filter;"


def verdict(rules, source="192.168.3.66", interface="eth1", family="inet", policy="accept"):
    text = f"table {family} t {{\n chain c {{\n {HEAD} policy {policy};\n {rules}\n }}\n}}\n"
    address = ipaddress.ip_address(source)
    return judge(read_chains(text), Packet(address, interface, 2375, address.version))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("tcp dport 2375 drop", "drop"),
        ("tcp dport 2376 drop", "accept"),
        ("tcp dport { 22, 2375 } drop", "drop"),
        ("tcp dport {22,2375} drop", "drop"),
        ("tcp dport 2000-3000 reject with tcp reset", "reject"),
        ("tcp dport != 2375 drop", "accept"),
        ("ip saddr 192.168.3.0/24 accept\n tcp dport 2375 drop", "accept"),
        ("ip saddr != 192.168.3.10 tcp dport 2375 drop", "drop"),
        ("ip saddr 10.0.0.0/8 accept\n tcp dport 2375 drop", "drop"),
        ("ip6 saddr ::/0 drop", "accept"),
        ("ct state established,related accept\n drop", "drop"),
        ("ct state { new, established } accept\n drop", "accept"),
        ('iifname "lo" accept\n tcp dport 2375 counter log prefix "x" drop', "drop"),
        ("udp dport 2375 drop", "accept"),
        ("tcp dport 2375 counter", "accept"),
    ],
)
def test_rules_that_are_known(rules, expected):
    assert verdict(rules) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("meta l4proto ipv6-icmp accept\n drop", "drop"),
        ("meta l4proto { icmp, ipv6-icmp } accept\n drop", "drop"),
        ("meta l4proto tcp accept\n drop", "accept"),
        ("ip protocol != icmp accept\n drop", "accept"),
        ("icmpv6 type { echo-request, nd-neighbor-solicit } accept\n drop", "drop"),
        ("ct state vmap { established : accept, related : accept, invalid : drop }\n drop", "drop"),
        ("ct state vmap { new : accept }\n drop", "accept"),
        ("tcp dport { ssh, http, https } accept\n drop", "drop"),
        ("tcp dport 22 limit rate 5/minute burst 5 packets accept\n drop", "drop"),
        ('log prefix "in: " level info\n counter packets 3 bytes 180 drop', "drop"),
        ("log flags all counter drop", "drop"),
        # What may be fulfilled, or not.
        ("limit rate 5/second accept\n drop", "unknown"),
        ("limit rate 5/second drop", "unknown"),
        ("limit rate 5/second drop\n drop", "drop"),
        ('iifname "eth0" tcp dport 2375 drop', "unknown"),
        ('iifname != "eth0" drop', "unknown"),
        ('iifname { "eth0", "eth1" } tcp dport 22 accept\n drop', "drop"),
        ("tcp sport 53 accept\n drop", "unknown"),
    ],
)
def test_rules_of_whole_hosts(rules, expected):
    assert verdict(rules) == expected


def test_the_policy_counts_where_no_rule_does():
    assert verdict("tcp dport 22 accept", policy="drop") == "drop"
    assert verdict('iif "lo" accept', interface="lo", source="127.0.0.1", policy="drop") == "accept"


def test_a_table_for_ipv4_does_not_see_ipv6():
    assert verdict("tcp dport 2375 drop", family="ip") == "drop"
    assert verdict("tcp dport 2375 drop", family="ip", source="fe80::1") == "accept"


def test_a_list_of_addresses_that_are_kept_out_lets_in_the_others():
    files = {
        "etc/systemd/system/docker.service.d/o.conf": "[Service]\nExecStart=\n"
        "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375\n",
        "etc/nftables.conf": f"table inet t {{ chain c {{ {HEAD} policy accept;"
        " iif lo accept; ip saddr 192.168.3.64/26 tcp dport 2375 drop;"
        " meta nfproto ipv6 drop; iifname docker0 drop } }\n",
    }
    assert prediction(files).exposure["outsider"] == "full-control"
    rules = files["etc/nftables.conf"].replace("192.168.3.64/26", "!= 192.168.3.10")
    files["etc/nftables.conf"] = rules
    assert prediction(files).exposure["outsider"] == "filtered"
    rules = "ip saddr 127.0.0.1 tcp dport 2375 drop; meta nfproto ipv6 drop;"
    files["etc/nftables.conf"] = f"table inet t {{ chain c {{ {HEAD} policy accept; {rules} }} }}"
    assert prediction(files).exposure["local-user"] == "full-control"


def test_what_flush_takes_away_is_gone():
    rules = f"table ip t {{ chain c {{ {HEAD} policy drop; }} }}\n"
    packet = Packet(None, "eth0", 1, 4)
    assert judge(read_chains(rules), packet) == "drop"
    assert judge(read_chains(f"{rules}flush ruleset\n"), packet) == "accept"


def test_a_table_that_is_deleted_afterwards_keeps_nobody_out():
    rules = f"table ip t {{ chain c {{ {HEAD} policy drop; }} }}\n"
    packet = Packet(None, "eth0", 1, 4)
    assert judge(read_chains(f"{rules}delete table ip t\n"), packet) == "accept"
    assert judge(read_chains(f"table ip t\ndelete table ip t\n{rules}"), packet) == "drop"
    with pytest.raises(NotRead):
        read_chains(rules * 2)


@pytest.mark.parametrize(
    "rules",
    [
        "jump other",
        "tcp dport @ports drop",
        "tcp dport docker drop",
        "ip saddr $me accept",
        "tcp dport vmap { 22 : accept }",
        "tcp dport 2375 drop } chain d { type nat hook prerouting priority 0; policy accept;",
        "meta mark 1 accept",
        "tcp flags syn accept",
        "ct state vmap { new : jump x }",
        "ct state vmap { new : accept } drop",
        "meta l4proto 6 accept",
        "comment 'x' drop",
        'log prefix "a\\" accept comment " drop',
    ],
)
def test_rules_that_are_not_known_make_all_of_them_unknown(rules):
    with pytest.raises(NotRead):
        verdict(rules)


@pytest.mark.parametrize("text", ['include "/etc/x"', "define x = 1", "table inet t {", "}"])
def test_files_that_are_not_known(text):
    with pytest.raises(NotRead):
        read_chains(text)
