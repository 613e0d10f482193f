"""Rules that come back after a boot, and what a container's published port does to them."""

import pytest

pytestmark = pytest.mark.lab_cases(name=["methods/firewall-allow-list"])
PORT = 8080


def test_a_published_port_is_open_to_everybody(daemon, client, outsider, observation):
    """Docker sends it past the chain `input`: a rule there says nothing about it."""
    serve = "mkdir /w && echo served >/w/index.html && httpd -f -p 80 -h /w"
    name = "published"
    closed = f"nft add rule inet docker_api input tcp dport {PORT} drop"
    daemon.check_output(closed)
    daemon.check_output(f"docker run -d --rm --name {name} -p {PORT}:80 busybox sh -c '{serve}'")
    try:
        for machine in (client, outsider):
            got = machine.check_output(f"curl -sS --max-time 20 http://192.168.3.201:{PORT}/")
            assert got == "served"
    finally:
        daemon.check_output(f"docker rm -f {name}")


def test_a_rule_for_it_belongs_into_docker_user(daemon, client, outsider, observation):
    serve = "mkdir /w && echo served >/w/index.html && httpd -f -p 80 -h /w"
    rule = "DOCKER-USER -i eth1 ! -s 192.168.3.10 -j DROP"
    daemon.check_output(f"iptables -I {rule}")
    daemon.check_output(f"docker run -d --rm --name kept -p {PORT}:80 busybox sh -c '{serve}'")
    try:
        get = f"curl -sS --max-time 5 http://192.168.3.201:{PORT}/"
        assert client.check_output(get) == "served"
        assert outsider.run(get).rc == 28
    finally:
        daemon.check_output("docker rm -f kept")
        daemon.check_output(f"iptables -D {rule}")


def test_the_rules_come_back_after_a_reboot(fleet, daemon, client, outsider, observation):
    fleet.reboot()
    get = "curl -sS --retry 20 --retry-delay 2 --retry-connrefused http://192.168.3.201:2375/_ping"
    assert client.check_output(get) == "OK"
    assert outsider.run("curl -sS --max-time 5 http://192.168.3.201:2375/_ping").rc == 28
