"""Observes ways to `daemon` that the probe does not try: sockets beside TCP's, and tunnels."""

import re

from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.observe.listeners import Listener

_END = "the end"
#: Prints who waits for datagrams, packets and connections of other protocols, then the interfaces.
#: A protocol that the kernel does not have prints nothing.
COMMAND = RemoteCommand(
    "ss --no-header --listening --numeric --processes --udp --raw --packet --sctp --dccp --vsock"
    f" 2>/dev/null; ip -details -oneline link; echo {_END}"
)
#: Programs of every machine of the lab, and dockerd, whose swarm has TCP ports, too.
_USUAL = ("systemd-network", "systemd-resolve", "systemd-timesyn", "dhclient", "chronyd", "dockerd")
_SOCKET = re.compile(
    r"(?P<protocol>\S+)\s+(?:UNCONN|LISTEN|ESTAB)\s+\d+\s+\d+\s+(?P<address>\S+)\s"
)
#: Interfaces that lead to other machines, by what `ip -details` calls their kind.
_TUNNELS = (
    "vxlan|geneve|gre|gretap|ip6gre|ip6gretap|ipip|ip6tnl|sit|vti|vti6|wireguard|tun|l2tp|xfrm"
)
_TUNNEL = re.compile(rf"^\d+: ([^:@\s]+)[@:].*?\\ +({_TUNNELS})\b", re.MULTILINE)


def parse(output: str) -> tuple[list[Listener], list[str]]:
    r"""Return the sockets, and the tunnels as `NAME (KIND)`, from the output of COMMAND.

    >>> parse('udp UNCONN 0 0 0.0.0.0:9009 0.0.0.0:* users:(("socat",pid=1,fd=5))\nthe end')
    ([Listener(protocol='udp', address='0.0.0.0:9009', program='socat')], [])
    """
    sockets = set()
    for line in output.splitlines():
        if match := _SOCKET.match(line):
            program = re.search(r'users:\(\("([^"]+)"', line)
            name = program[1] if program else "-"
            if name not in _USUAL:
                sockets.add(Listener(match["protocol"], match["address"], name))
    return sorted(sockets), [f"{name} ({kind})" for name, kind in _TUNNEL.findall(output)]


def is_complete(output: str) -> bool:
    """Return whether COMMAND has printed all."""
    return output.rstrip().endswith(_END)
