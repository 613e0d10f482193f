"""What do 0.0.0.0 and [::] bind? Both of them IPv4 and IPv6."""

import pytest

PING = "curl -sS --globoff --max-time 10 http://{}:2375/_ping"


@pytest.mark.lab_cases(name=["methods/systemd-dropin", "methods/ipv6"])
@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "192.168.3.201"])
def test_both_spellings_answer_on_both(daemon, observation, address):
    assert daemon.check_output(PING.format(address)) == "OK"


@pytest.mark.lab_cases(name=["methods/systemd-dropin", "methods/ipv6"])
def test_other_machines_get_in_by_ipv6(daemon, client, observation):
    """By the address that the lab has given it, and by the one that every network card has."""
    show = "ip -6 -o address show dev eth1 scope link | awk '{ print $4 }'"
    address = daemon.check_output(show).split("/")[0]
    assert address.startswith("fe80:")
    assert client.check_output(PING.format(f"[{address}%25eth1]")) == "OK"
    assert client.check_output(PING.format("[fd5f:3a1c:9e42:3::201]")) == "OK"


@pytest.mark.lab_cases(name=["methods/specific-address"])
def test_one_address_is_one_address(daemon, observation):
    assert daemon.check_output(PING.format("192.168.3.201")) == "OK"
    for address in ("127.0.0.1", "[::1]"):
        assert daemon.run(PING.format(address)).rc == 7, f"{address} answers too"
