"""How `client` would reach the daemon that a configuration asks for."""

from collections.abc import Iterator

from dockerd_lab.cases.model import Remote
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.flags import tcp_place
from dockerd_lab.config.ports import port_of


def remote(declared: DeclaredConfig, address: str) -> Remote:
    """The first place that other machines may reach, or the first of all, or port 2375.

    dockerd's own hosts come first, then sockets that systemd listens at, then nginx.
    """
    places = list(_places(declared))
    places.sort(key=lambda place: _is_loopback(place[0]))
    for _, port, tls in places:
        return Remote(host=f"tcp://{address}:{port}", tls=tls)
    return Remote(host=f"tcp://{address}:2375")


def _places(declared: DeclaredConfig) -> Iterator[tuple[str, int, bool]]:
    """Host, port and whether TLS is spoken there."""
    for host in declared.hosts:
        if place := tcp_place(host.value):
            yield *place, declared.tls
    for stream in declared.streams:
        if (port := port_of(stream.value)) is not None:
            yield stream.value.rpartition(":")[0], port, declared.tls
    # Where there is both, the plain one only sends people to the other.
    for listen in sorted(declared.nginx, key=lambda listen: not listen.tls):
        yield listen.host, listen.port, listen.tls


def _is_loopback(host: str) -> bool:
    return host.startswith("127.") or host in ("localhost", "::1", "[::1]")
