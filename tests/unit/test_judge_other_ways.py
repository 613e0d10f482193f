"""Ways to the machine that the probe does not try: datagrams, other protocols, tunnels."""

# ruff: noqa: E501  (lines of ss and ip)

import pytest
from observations import SOCKET, observation

from dockerd_lab.errors import HarnessError
from dockerd_lab.observe import other_ways
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.other_ways import OtherWays

ANY = {"etc/docker/daemon.json": {}}
#: As `ss` and `ip` of Debian 12 print them; the first four lines are on every machine.
OUTPUT = r"""
p_raw UNCONN 0      0                   [35020]:eth0        *  users:(("systemd-network",pid=638,fd=17))
icmp6 UNCONN 0      0                    *%eth1:58         *:* users:(("systemd-network",pid=638,fd=21))
udp   UNCONN 0      0      192.168.121.114%eth0:68   0.0.0.0:* users:(("systemd-network",pid=638,fd=19))
udp   UNCONN 0      0                 127.0.0.1:323  0.0.0.0:* users:(("chronyd",pid=1,fd=5))
udp   UNCONN 0      0                   0.0.0.0:9009 0.0.0.0:* users:(("socat",pid=1,fd=5),("sh",pid=2,fd=5))
udp   UNCONN 0      0                   0.0.0.0:4789 0.0.0.0:*
v_str LISTEN 0      0                         *:2375       *:* users:(("socat",pid=3,fd=5))
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN \    link/loopback 00:00:00:00:00:00 brd
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 \    link/ether 52:54:00:ac:a1:4b brd ff:ff:ff:ff:ff:ff
4: docker0: <NO-CARRIER,BROADCAST> mtu 1500 \    link/ether 02:42:76:cc:9b:b5 promiscuity 0 \    bridge forward_delay
5: vx0: <BROADCAST,MULTICAST,UP> mtu 1450 \    link/ether 3a:00:00:00:00:01 promiscuity 0 \    vxlan id 7 local
6: gre1@NONE: <POINTOPOINT,NOARP,UP> mtu 1476 \    link/gre 192.168.3.201 peer 192.168.3.66 \    gre remote
/proc/sys/net/ipv4/conf/all/route_localnet
/proc/sys/net/ipv4/conf/default/route_localnet
/proc/sys/net/ipv4/conf/docker0/route_localnet
the end
"""


def test_what_the_machine_printed():
    found = other_ways.parse(OUTPUT)
    assert found.sockets == (
        Listener("udp", "0.0.0.0:4789", "-"),
        Listener("udp", "0.0.0.0:9009", "socat"),
        Listener("v_str", "*:2375", "socat"),
    )
    assert found.tunnels == ("vx0 (vxlan)", "gre1 (gre)")
    assert found.open_to_loopback == ("all", "docker0")
    with pytest.raises(HarnessError):
        other_ways.parse(OUTPUT.removesuffix("the end\n"))


@pytest.mark.parametrize(
    ("socket", "message"),
    [
        (Listener("udp", "0.0.0.0:9009", "socat"), "socat waits for others at udp 0.0.0.0:9009"),
        (Listener("udp", "0.0.0.0:4789", "-"), "the kernel waits for others at udp 0.0.0.0:4789"),
    ],
)
def test_a_socket_that_nobody_tried(judged, socket, message):
    seen = observation(listeners=[SOCKET], other_ways=OtherWays(sockets=(socket,)))
    result = judged(ANY, seen)
    assert result.verdict == "incomplete"
    (each,) = result.not_judged
    assert each.message == f"{message}: what it does for them was not tried"


@pytest.mark.parametrize(
    ("listener", "told"), [(Listener("tcp", "10.9.0.1:2375", "dockerd"), 1), (SOCKET, 0)]
)
def test_a_tunnel_matters_where_something_listens_on_tcp(judged, listener, told):
    seen = observation(listeners=[listener, SOCKET], other_ways=OtherWays(tunnels=("vx0 (vxlan)",)))
    names = [each.name for each in judged(ANY, seen).not_judged]
    assert names.count("the interface vx0 (vxlan)") == told


@pytest.mark.parametrize(
    ("address", "told"), [("127.0.0.1:2375", 1), ("192.168.3.201:2375", 0), ("[::1]:2375", 0)]
)
def test_packets_for_loopback_from_elsewhere_matter_where_something_listens(judged, address, told):
    listener = Listener("tcp", address, "dockerd")
    seen = observation(listeners=[listener], other_ways=OtherWays(open_to_loopback=("all",)))
    entries = [each for each in judged(ANY, seen).not_judged if each.name == "route_localnet"]
    assert len(entries) == told
    assert all(address in each.message for each in entries)
