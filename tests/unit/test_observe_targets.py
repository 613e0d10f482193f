"""The targets that are tried: every listener at every address."""

from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.targets import (
    container_bridges,
    container_targets,
    local_targets,
    remote_targets,
)

LISTENERS = [
    Listener("tcp6", ":::2376", "dockerd"),
    Listener("tcp", "127.0.0.1:2375", "dockerd"),
    Listener("tcp6", "fd00::1:99", "x"),
    Listener("unix", "/run/docker.sock", "init"),
    Listener("unix", "/var/run/docker.sock", "dockerd"),
]
#: What `ip -o address` printed on a machine, each line up to its backslash.
ADDRESSES = """1: lo    inet 127.0.0.1/8 scope host lo
1: lo    inet6 ::1/128 scope host noprefixroute
2: eth0    inet 192.168.121.213/24 metric 1024 brd 192.168.121.255 scope global eth0
3: eth1    inet 192.168.3.201/24 brd 192.168.3.255 scope global eth1
3: eth1    inet6 fd5f:3a1c:9e42:3::201/64 scope global nodad
3: eth1    inet6 fe80::5054:ff:fea2:64d0/64 scope link
4: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0
"""
IPV6_BRIDGE = ADDRESSES + "4: docker0    inet6 fd01::1/64 scope global nodad\n"
OURS = "192.168.3.201"


def test_what_other_machines_try():
    tried = remote_targets(LISTENERS, OURS, ADDRESSES)
    assert tried.first == [
        "tcp://192.168.3.201:99",
        "tcp://192.168.3.201:2375",
        "tcp://192.168.3.201:2376",
        "tcp://[fd00::1]:99",
    ]
    assert tried.further == [
        "tcp://[fd5f:3a1c:9e42:3::201]:2376",
        "tcp://[fe80::5054:ff:fea2:64d0%eth1]:2376",
    ]
    nothing = remote_targets([], OURS, ADDRESSES, "ssh://a")
    assert (nothing.first, nothing.further) == (["ssh://a", "tcp://192.168.3.201:2375"], [])


def test_what_a_local_user_tries():
    tried = local_targets(LISTENERS, OURS, ADDRESSES)
    assert tried.first == [
        "tcp://127.0.0.1:2375",
        "tcp://127.0.0.1:2376",
        "tcp://[fd00::1]:99",
        "unix:///run/docker.sock",
    ]
    assert tried.further == [
        "tcp://192.168.3.201:2376",
        "tcp://[::1]:2376",
        "tcp://[fd5f:3a1c:9e42:3::201]:2376",
        "tcp://[fe80::5054:ff:fea2:64d0%eth1]:2376",
    ]
    abstract = [Listener("unix", "@docker", "init"), Listener("unix", "/srv/var/run/a", "x")]
    sockets = local_targets(abstract, OURS, "").first
    assert sockets == ["unix:///srv/var/run/a", "unix://@docker"]
    assert local_targets([], OURS, "").first == ["unix:///run/docker.sock"]


def test_what_a_container_tries():
    tried = container_targets(LISTENERS, OURS, ADDRESSES)
    assert tried.first == [
        "tcp://172.17.0.1:99",
        "tcp://172.17.0.1:2375",
        "tcp://172.17.0.1:2376",
        "tcp://[fd00::1]:99",
    ]
    others = ["tcp://192.168.3.201:99", "tcp://192.168.3.201:2375", "tcp://192.168.3.201:2376"]
    assert tried.further == others, "containers have no IPv6"
    assert container_targets(LISTENERS, OURS, IPV6_BRIDGE).further == [
        *others,
        "tcp://[fd01::1]:2376",
        "tcp://[fd5f:3a1c:9e42:3::201]:2376",
    ], "eth1's link-local address is none on the bridge"


def test_what_is_bound_to_one_address_is_tried_there_by_containers():
    bound = [Listener("tcp", "192.168.3.201:2375", "dockerd")]
    tried = container_targets(bound, OURS, ADDRESSES)
    assert tried.first == ["tcp://172.17.0.1:2375", "tcp://192.168.3.201:2375"]
    assert tried.further == []


def test_without_a_bridge_there_is_no_container():
    none = "3: eth1    inet 192.168.3.201/24 scope global eth1\n"
    assert container_targets(LISTENERS, OURS, none).first == []


MORE = ADDRESSES + (
    "5: br-7e0c1d2a3b4c    inet 10.99.0.1/24 brd 10.99.0.255 scope global br-7e0c1d2a3b4c\n"
    "6: corp0    inet 10.20.0.1/16 scope global corp0\n"
    "7: down0    inet6 fe80::2/64 scope link\n"
)
#: What the shell printed there.
LISTED = " ".join(
    f"/sys/class/net/{name}/bridge" for name in ("br-7e0c1d2a3b4c", "corp0", "docker0", "down0")
)


def test_containers_stand_at_every_bridge():
    assert container_bridges(LISTED, MORE) == ["docker0", "br-7e0c1d2a3b4c", "corp0"]
    assert container_bridges(LISTED, ADDRESSES) == ["docker0"]
    assert container_bridges("/sys/class/net/*/bridge", MORE) == []


def test_what_a_container_at_another_bridge_tries():
    tried = container_targets(LISTENERS, OURS, MORE, "corp0")
    assert tried.first[:2] == ["tcp://10.20.0.1:99", "tcp://10.20.0.1:2375"]
    assert not any("172.17.0.1" in target for target in (*tried.first, *tried.further))
