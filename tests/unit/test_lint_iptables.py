"""Simple rules of iptables-save: whom they keep out, and what this reader leaves alone."""

import ipaddress

import pytest
from linting import prediction

from dockerd_lab.config.not_read import NotRead
from dockerd_lab.lint.iptables import read_chain
from dockerd_lab.lint.packets import Packet, judge

DROP_IN = "etc/systemd/system/docker.service.d/o.conf"
OPEN = "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375\n"


def table(*rules, policy="ACCEPT"):
    head = f"*filter\n:INPUT {policy} [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    return "\n".join([head, *rules, "COMMIT\n"])


def verdict(*rules, source="192.168.3.66", interface="eth1", policy="ACCEPT"):
    address = ipaddress.ip_address(source) if source else None
    packet = Packet(address, interface, 2375, 4)
    return judge([read_chain(table(*rules, policy=policy), "ip")], packet)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["-A INPUT -p tcp -m tcp --dport 2375 -j DROP"], "drop"),
        (["-A INPUT -p udp -m udp --dport 2375 -j DROP"], "accept"),
        (["-A INPUT -p tcp --dport 2375 -j REJECT --reject-with tcp-reset"], "reject"),
        (["-A INPUT -p tcp -m multiport --dports 22,2375:2376 -j DROP"], "drop"),
        (["-A INPUT ! -s 192.168.3.10/32 -p tcp -m tcp --dport 2375 -j DROP"], "drop"),
        (["-A INPUT -s 192.168.3.0/24 -j ACCEPT", "-A INPUT -j DROP"], "accept"),
        (["-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"], "accept"),
        (["-A INPUT -m state --state NEW -p tcp --dport 2375 -j DROP"], "drop"),
        (["-A INPUT ! -i lo -p tcp -m comment --comment 'to be sure' -j DROP"], "drop"),
        (["-A INPUT ! -p udp -j ACCEPT", "-A INPUT -j DROP"], "accept"),
        (["-A INPUT ! -p tcp -j ACCEPT", "-A INPUT -j DROP"], "drop"),
        (["-A INPUT -p tcp ! --dport 22 -j DROP"], "drop"),
        (["-A INPUT -p icmp -j ACCEPT", "-A FORWARD -j DROP"], "accept"),
    ],
)
def test_rules_that_are_known(rules, expected):
    assert verdict(*rules) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT", "-A INPUT -j DROP"], "drop"),
        (["-A INPUT -m limit --limit 5/min -j LOG --log-prefix 'in: '"], "accept"),
        (["-A INPUT -p tcp --syn -j DROP"], "drop"),
        ([":DOCKER-USER - [0:0]", "-A DOCKER-USER -j RETURN", "-A INPUT -j DROP"], "drop"),
        (["-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT", "-A INPUT -j DROP"], "drop"),
        (["-A OUTPUT -o lo -j ACCEPT", "-A INPUT -j DROP"], "drop"),
        # What may be fulfilled, or not.
        (["-A INPUT -i eth0 -j ACCEPT", "-A INPUT -j DROP"], "unknown"),
        (["-A INPUT ! -i eth0 -j DROP"], "unknown"),
        (["-A INPUT -m limit --limit 1/sec --limit-burst 3 -j DROP"], "unknown"),
        (["-A INPUT -p tcp --sport 53 -j ACCEPT", "-A INPUT -j DROP"], "unknown"),
        (["-A INPUT -p tcp --tcp-flags SYN,ACK SYN -j DROP"], "unknown"),
        (["-A INPUT -d 10.0.0.1 -j DROP", "-A INPUT -j DROP"], "drop"),
    ],
)
def test_rules_of_whole_hosts(rules, expected):
    assert verdict(*rules) == expected


def test_the_policy_counts_where_no_rule_does():
    assert verdict("-A INPUT -p tcp --dport 22 -j ACCEPT", policy="DROP") == "drop"
    lo = "-A INPUT -i lo -j ACCEPT"
    assert verdict(lo, source="127.0.0.1", interface="lo", policy="DROP") == "accept"


@pytest.mark.parametrize(
    "rule",
    [
        "-A INPUT -j DOCKER-USER",
        "-A INPUT -p tcp --dport http -j ACCEPT",
        "-A OUTPUT -j DROP",
        "-A INPUT -m recent --update -j DROP",
        "*nat",
        "-A INPUT -m comment --comment 'open",
        "-A INPUT -j DROP # no comment there",
        "-A INPUT -j DROP ;",
        "-A INPUT -j DROP { }",
    ],
)
def test_rules_that_are_not_known_make_all_of_them_unknown(rule):
    with pytest.raises(NotRead):
        verdict(rule)


def test_rules_for_ipv4_alone_keep_nobody_out():
    drop = "-A INPUT ! -i lo -p tcp -m tcp --dport 2375 -j DROP"
    files = {DROP_IN: OPEN, "etc/iptables/rules.v4": table(drop)}
    assert prediction(files).exposure["outsider"] == "full-control"
    files["etc/iptables/rules.v6"] = table(drop)
    assert prediction(files).exposure["outsider"] == "filtered"
    files["etc/iptables/rules.v4"] = table(drop.replace("! -i lo", "-s 192.168.3.64/26"))
    assert prediction(files).exposure["outsider"] == "full-control"
