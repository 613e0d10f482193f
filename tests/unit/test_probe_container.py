"""The namespace in which the probe takes a container's place."""

import importlib
import json

#: What `ip -json address show docker0` of iproute2 6.1 printed, without the link's own facts.
ADDRESSES = json.loads(
    '[{"family":"inet","local":"172.17.0.1","prefixlen":16,"broadcast":"172.17.255.255",'
    '"scope":"global","label":"docker0","valid_life_time":4294967295,'
    '"preferred_life_time":4294967295},{"family":"inet6","local":"fd01::1","prefixlen":64,'
    '"scope":"global","nodad":true,"valid_life_time":4294967295,'
    '"preferred_life_time":4294967295},{"family":"inet6","local":"fe80::38ba:85ff:fe52:70eb",'
    '"prefixlen":64,"scope":"link","tentative":true,"valid_life_time":4294967295,'
    '"preferred_life_time":4294967295}]'
)


def test_it_has_an_address_of_each_of_the_bridge_s_networks(probe):
    container = importlib.import_module("container")
    assert container._commands_inside(ADDRESSES).splitlines() == [
        "link set lo up",
        "link set eth0 up",
        "address add 172.17.255.254/16 dev eth0",
        "route add default via 172.17.0.1",
        "address add fd01::ffff:ffff:ffff:fffe/64 dev eth0 nodad",
        "route add default via fd01::1",
    ]


def test_it_has_not_the_bridge_s_own_address(probe):
    container = importlib.import_module("container")
    last = [{**ADDRESSES[0], "local": "172.17.255.254"}]
    assert "address add 172.17.255.253/16 dev eth0" in container._commands_inside(last)
