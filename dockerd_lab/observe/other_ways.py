"""Observes ways to `daemon` that nobody tries: beside TCP, by tunnels, to loopback from afar."""

import re
from dataclasses import dataclass

from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.observe.listeners import Listener

_END = "the end"
_CONF = "/proc/sys/net/ipv4/conf"
#: Prints who waits for datagrams, packets and connections of other protocols, then the interfaces.
#: A protocol that the kernel does not have prints nothing.
COMMAND = RemoteCommand(
    "ss --no-header --listening --numeric --processes --udp --raw --packet --sctp --dccp --vsock"
    " 2>/dev/null; ip -details -oneline link"
    f"; grep -l 1 {_CONF}/*/route_localnet"
    f"; ip route show table local type local; ip -6 route show table local type local; echo {_END}"
)
#: Programs of every machine of the lab, and dockerd, whose swarm has TCP ports, too.
_USUAL = ("systemd-network", "systemd-resolve", "systemd-timesyn", "dhclient", "chronyd", "dockerd")
_SOCKET = re.compile(
    r"(?P<protocol>\S+)\s+(?:UNCONN|LISTEN|ESTAB)\s+\d+\s+\d+\s+(?P<address>\S+)\s"
)
#: Interfaces that lead to other machines, by what `ip -details` calls their kind.
_TUNNELS = (
    "vxlan|geneve|gre|gretap|ip6gre|ip6gretap|ipip|ip6tnl|sit|vti|vti6|wireguard|tun|l2tp|xfrm"
    "|vlan|macvlan|macvtap|ipvlan|ipvtap|bond|team|batadv|hsr"
)
_LOCALNET = re.compile(
    r"^/proc/sys/net/ipv4/conf/(?!default/|lo/)(\S+)/route_localnet$", re.MULTILINE
)
#: A network all of whose addresses are the machine's own ("AnyIP").
_NETWORK = re.compile(r"^local (?!127\.)([0-9a-f.:]+/\d+|default) ", re.MULTILINE)
_TUNNEL = re.compile(rf"^\d+: ([^:@\s]+)[@:].*?\\ +({_TUNNELS})\b", re.MULTILINE)


@dataclass(frozen=True)
class OtherWays:
    """Ways to the machine that nobody tries."""

    sockets: tuple[Listener, ...] = ()
    """Who waits for datagrams, packets, or connections of other protocols than TCP."""
    tunnels: tuple[str, ...] = ()
    """Interfaces that lead to other machines, as `NAME (KIND)`."""
    open_to_loopback: tuple[str, ...] = ()
    """Interfaces at which the kernel takes packets for 127.0.0.0/8: `all`, or names."""
    own_networks: tuple[str, ...] = ()
    """Networks all of whose addresses the kernel takes for the machine's own."""


def parse(output: str) -> OtherWays:
    """Return what COMMAND has printed; raises HarnessError if it ended early."""
    if not output.rstrip().endswith(_END):
        raise HarnessError(f"asking daemon for its sockets: {output!r:.200}")
    sockets = set()
    for line in output.splitlines():
        if match := _SOCKET.match(line):
            program = re.search(r'users:\(\("([^"]+)"', line)
            name = program[1] if program else "-"
            if name not in _USUAL:
                sockets.add(Listener(match["protocol"], match["address"], name))
    tunnels = (f"{name} ({kind})" for name, kind in _TUNNEL.findall(output))
    return OtherWays(
        tuple(sorted(sockets)),
        tuple(tunnels),
        tuple(_LOCALNET.findall(output)),
        tuple(_NETWORK.findall(output)),
    )
