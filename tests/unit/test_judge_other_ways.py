"""Ways to the machine that the probe does not try: datagrams, other protocols, tunnels."""

# ruff: noqa: E501  (lines of ss and ip)

import pytest
from observations import SOCKET, observation

from dockerd_lab.observe import other_ways
from dockerd_lab.observe.listeners import Listener

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
the end
"""


def test_what_the_machine_printed():
    sockets, tunnels = other_ways.parse(OUTPUT)
    assert sockets == [
        Listener("udp", "0.0.0.0:4789", "-"),
        Listener("udp", "0.0.0.0:9009", "socat"),
        Listener("v_str", "*:2375", "socat"),
    ]
    assert tunnels == ["vx0 (vxlan)", "gre1 (gre)"]
    assert other_ways.is_complete(OUTPUT)
    assert not other_ways.is_complete(OUTPUT.removesuffix("the end\n"))


@pytest.mark.parametrize(
    ("socket", "message"),
    [
        (Listener("udp", "0.0.0.0:9009", "socat"), "socat waits for others at udp 0.0.0.0:9009"),
        (Listener("udp", "0.0.0.0:4789", "-"), "the kernel waits for others at udp 0.0.0.0:4789"),
    ],
)
def test_a_socket_that_nobody_tried(judged, socket, message):
    seen = observation(listeners=[SOCKET], other_sockets=[socket])
    result = judged(ANY, seen)
    assert result.verdict == "incomplete"
    (each,) = result.not_judged
    assert each.message == f"{message}: what it does for them was not tried"


@pytest.mark.parametrize(
    ("listener", "told"), [(Listener("tcp", "10.9.0.1:2375", "dockerd"), 1), (SOCKET, 0)]
)
def test_a_tunnel_matters_where_something_listens_on_tcp(judged, listener, told):
    seen = observation(listeners=[listener, SOCKET], tunnels=["vx0 (vxlan)"])
    names = [each.name for each in judged(ANY, seen).not_judged]
    assert names.count("the interface vx0 (vxlan)") == told
