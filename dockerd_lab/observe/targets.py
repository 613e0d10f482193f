"""Chooses the targets that provision/probe.py tries: every listener, at every address it has."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.config.proxies import programs_with_servers
from dockerd_lab.observe.firewall_approaches import WITH_OPTION
from dockerd_lab.observe.listeners import Listener

#: The bridge of the containers for which no network was chosen, unless the daemon uses another.
BRIDGE = "docker0"
#: Prints the bridges of the machine, in a shell, without a further program.
LIST_BRIDGES = "echo /sys/class/net/*/bridge"
#: Ports at which dockerd itself serves members of a swarm, which have certificates or a key.
_SWARM_PORTS = {"2377": "the API of a swarm's managers", "7946": "a swarm's gossip"}


@dataclass(frozen=True)
class Targets:
    """The targets that somebody tries, as probe.py takes them: `tcp://ADDRESS:PORT`, `unix://PATH`."""

    first: list[str]
    further: list[str]
    """Targets that are measured only if none of the first gives full control."""

    def with_server_names(self, listeners: Iterable[Listener], names: Sequence[str]) -> "Targets":
        """Return these targets, and each target of a proxy again for every server name."""
        listeners = list(listeners)
        return Targets(
            with_server_names(self.first, listeners, names),
            with_server_names(self.further, listeners, names),
        )

    def with_approaches(self, approaches: Sequence[str]) -> "Targets":
        """Return these, and each TCP target again for every one of firewall_approaches.py.

        >>> Targets(["tcp://192.0.2.1:1", "unix:///a"], []).with_approaches(["with ECN"])
        Targets(first=['tcp://192.0.2.1:1', 'unix:///a'], further=['tcp://192.0.2.1:1 with ECN'])
        """
        more = [
            f"{target} {approach}"
            for target in (*self.first, *self.further)
            if target.startswith("tcp://")
            for approach in approaches
            if _has_approach(target, approach)
        ]
        return Targets(self.first, [*self.further, *more])


def remote_targets(
    listeners: Iterable[Listener], address: str, addresses: str, *extra: str
) -> Targets:
    r"""Return the targets that another machine tries: every port, or 2375 if nothing listens.

    - `address` is that of `daemon` in the lab, `addresses` what `ip -o address` prints there.
    - `extra` are further targets.

    A port on the loopback address is tried as well, to prove that it is not reached. A port that is
    bound to another address of `daemon` than `address` is also tried at that address. A program
    that listens on `::` is reached at all IPv6 addresses, too, which rules for IPv4 do not protect;
    the other machines' interfaces have the same names as those of `daemon`.

    >>> output = "3: eth1 inet 192.168.3.201/24 scope global\n3: eth1 inet6 fe80::1/64 scope link"
    >>> remote_targets([Listener("tcp6", ":::2375", "dockerd")], "192.168.3.201", output)
    Targets(first=['tcp://192.168.3.201:2375'], further=['tcp://[fe80::1%eth1]:2375'])
    """
    bound = _tcp_addresses(listeners)
    ports = sorted({port for _, port in bound} or {"2375"}, key=int)
    others = sorted({(host, port) for host, port in bound if _is_other_address(host, address)})
    return Targets(
        [
            *extra,
            *(f"tcp://{address}:{port}" for port in ports),
            *(f"tcp://{_in_brackets(host)}:{port}" for host, port in others),
        ],
        _at_ipv6(bound, _lab_ipv6_addresses(addresses, address)),
    )


def local_targets(listeners: Iterable[Listener], address: str, addresses: str) -> Targets:
    """Return the targets that a local user of `daemon` tries: every listening port and unix socket.

    >>> tcp = Listener("tcp6", ":::2375", "dockerd")
    >>> local_targets([tcp, Listener("unix", "/run/a", "dockerd")], "192.0.2.1", "").first
    ['tcp://127.0.0.1:2375', 'unix:///run/a']
    """
    listeners = list(listeners)
    bound = _tcp_addresses(listeners)
    first = {f"tcp://{_loopback_or(host)}:{port}" for host, port in bound}
    for listener in listeners:
        if listener.address.startswith(("/", "@")):
            # /var/run is a link to /run. A name that begins with @ is an abstract socket, which
            # has no file permissions.
            first.add(f"unix://{re.sub('^/var/run/', '/run/', listener.address)}")
    wildcard = sorted({port for host, port in bound if _is_unspecified(host)}, key=int)
    own_addresses = ["::1", *_lab_ipv6_addresses(addresses, address)]
    return Targets(
        sorted(first) or [f"unix://{DOCKER_SOCKET}"],
        [*(f"tcp://{address}:{port}" for port in wildcard), *_at_ipv6(bound, own_addresses)],
    )


def container_bridges(listed: str, addresses: str) -> list[str]:
    r"""Return the bridges at which containers of `daemon` stand, docker0 first.

    `listed` is the output of LIST_BRIDGES, `addresses` what `ip -o address` prints. These are all
    bridges with an IPv4 address: docker0, the one that the daemon is told to use, and one for each
    network that was made. Nothing else on the lab's machine makes a bridge.

    >>> bridges = "4: docker0 inet 172.17.0.1/16\n5: br-7e0c inet 10.1.0.1/24\n6: br1 inet6 fe80::1"
    >>> container_bridges("/sys/class/net/br-7e0c/bridge /sys/class/net/docker0/bridge", bridges)
    ['docker0', 'br-7e0c']
    """
    names = set(re.findall(r"/sys/class/net/([^/*]+)/bridge", listed))
    with_address = {name for name, host in _addresses_by_interface(addresses) if ":" not in host}
    return sorted(names & with_address, key=lambda name: (name != BRIDGE, name))


def container_targets(
    listeners: Iterable[Listener], address: str, addresses: str, bridge: str = BRIDGE
) -> Targets:
    r"""Return the targets that a container on a bridge of `daemon` tries: every port.

    It tries the bridge's addresses, and if those give no full control the other ones of `daemon`.
    Without the bridge there are no targets.

    >>> docker0 = "4: docker0 inet 172.17.0.1/16 scope global"
    >>> container_targets([Listener("tcp", "0.0.0.0:80", "nginx")], "192.168.3.201", docker0)
    Targets(first=['tcp://172.17.0.1:80'], further=['tcp://192.168.3.201:80'])
    """
    bound = _tcp_addresses(listeners)
    ports = sorted({port for _, port in bound} or {"2375"}, key=int)
    bridge_addresses = [
        host for interface, host in _addresses_by_interface(addresses) if interface == bridge
    ]
    own = [host for host in bridge_addresses if ":" not in host]
    if not own:
        return Targets([], [])
    others = sorted({(host, port) for host, port in bound if _is_other_address(host, own[0])})
    global_addresses = [host for host in _lab_ipv6_addresses(addresses, address) if "%" not in host]
    at_bridge = [host for host in bridge_addresses if ":" in host and not host.startswith("fe80:")]
    return Targets(
        [
            *(f"tcp://{own[0]}:{port}" for port in ports),
            *(f"tcp://{_in_brackets(host)}:{port}" for host, port in others),
        ],
        [
            *(f"tcp://{address}:{port}" for port in ports if (address, port) not in others),
            *(_at_ipv6(bound, [*at_bridge, *global_addresses]) if at_bridge else []),
        ],
    )


def with_server_names(
    targets: Sequence[str], listeners: Iterable[Listener], names: Sequence[str]
) -> list[str]:
    """Return the targets, and each target of a proxy again for every server name.

    >>> nginx = Listener("tcp", "0.0.0.0:80", "nginx")
    >>> with_server_names(["tcp://a:80", "tcp://a:1"], [nginx], ["x.org"])
    ['tcp://a:80', 'tcp://a:1', 'tcp://a:80 as x.org']
    """
    programs = programs_with_servers()
    ports = {_split_address(each.address)[1] for each in listeners if each.program in programs}
    proxies = [target for target in targets if port_of(target) in ports]
    return [*targets, *(f"{target} as {name}" for target in proxies for name in names)]


def swarm_ports(listeners: Iterable[Listener]) -> dict[str, str]:
    """Return the ports at which dockerd serves a swarm, and what it serves there.

    >>> swarm_ports([Listener("tcp6", ":::7946", "dockerd"), Listener("tcp6", ":::2377", "nginx")])
    {'7946': "a swarm's gossip"}
    """
    ports = {port for port, program in tcp_programs(listeners) if program == "dockerd"}
    return {port: what for port, what in _SWARM_PORTS.items() if port in ports}


def tcp_programs(listeners: Iterable[Listener]) -> list[tuple[str, str]]:
    """Return each port with a program that listens there; there may be several programs.

    >>> tcp_programs([Listener("tcp6", ":::80", "nginx"), Listener("unix", "/run/a", "init")])
    [('80', 'nginx')]
    """
    return [(_split_address(each.address)[1], each.program) for each in listeners if is_tcp(each)]


def port_of(target: str) -> str:
    """Return the port of a TCP target, and of anything else what follows its last colon.

    >>> port_of("tcp://192.0.2.1:2375 from port 53")
    '2375'
    """
    return target.partition(" ")[0].rpartition(":")[2]


def tcp_ports(listeners: Iterable[Listener]) -> set[int]:
    """Return the ports on which a program listens."""
    return {int(port) for _, port in _tcp_addresses(listeners)}


def _has_approach(target: str, approach: str) -> bool:
    """Return whether an approach is one for a target's version of IP."""
    is_ipv6 = "[" in target
    if approach == WITH_OPTION:
        return is_ipv6
    return not is_ipv6 or not re.match(r"from \d", approach)


def _at_ipv6(bound: Iterable[tuple[str, str]], hosts: Iterable[str]) -> list[str]:
    """Return the targets at IPv6 addresses, for the ports on which a program listens on `::`."""
    ports = sorted({port for host, port in bound if host == "::"}, key=int)
    return [f"tcp://[{host}]:{port}" for host in hosts if ":" in host for port in ports]


def _lab_ipv6_addresses(addresses: str, address: str) -> list[str]:
    """Return the IPv6 addresses of the interface with `address`; link-local ones with its name."""
    by_interface = _addresses_by_interface(addresses)
    lab_interfaces = {interface for interface, host in by_interface if host == address}
    return [
        f"{host}%{interface}" if host.startswith("fe80:") else host
        for interface, host in by_interface
        if interface in lab_interfaces and ":" in host
    ]


def _addresses_by_interface(addresses: str) -> list[tuple[str, str]]:
    """Return the interfaces and the addresses that `ip -o address` prints."""
    lines = [line.split()[1:4] for line in addresses.splitlines()]
    return [(interface, network.partition("/")[0]) for interface, _, network in lines]


def _tcp_addresses(listeners: Iterable[Listener]) -> list[tuple[str, str]]:
    return [_split_address(listener.address) for listener in listeners if is_tcp(listener)]


def is_tcp(listener: Listener) -> bool:
    """Return whether a listener is one of TCP."""
    return listener.protocol.startswith("tcp")


def _split_address(address: str) -> tuple[str, str]:
    """Return the host and the port of netstat's `:::2375` or `127.0.0.1:2375`."""
    host, _, port = address.rpartition(":")
    return host, port


def _is_unspecified(host: str) -> bool:
    return ipaddress.ip_address(host).is_unspecified


def _loopback_or(host: str) -> str:
    """Return the address at which a listener on `host` is reached from its own machine.

    A listener on `::` may not accept IPv4; its IPv6 addresses are among the further targets.
    """
    return "127.0.0.1" if _is_unspecified(host) else _in_brackets(host)


def _is_other_address(host: str, address: str) -> bool:
    """Return whether `host` is a single address, other than `address`, that others may reach."""
    bound = ipaddress.ip_address(host)
    is_shared = bound.is_unspecified or bound.is_loopback or bound.is_link_local
    return not is_shared and host != address


def _in_brackets(host: str) -> str:
    """Return an address as it is written in a URL."""
    return f"[{host}]" if ":" in host else host
