"""Chooses the address at which `client` should reach the daemon of a configuration."""

from collections.abc import Iterator

from dockerd_lab.cases.model import Remote
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.flags import tcp_address
from dockerd_lab.config.ports import port_of


def choose_remote(declared: DeclaredConfig, address: str) -> Remote:
    """Return the first TCP listener of a configuration, at the daemon's `address` in the lab.

    Listeners on a loopback address come last. Otherwise dockerd's hosts come first, then systemd's
    sockets, then nginx. Without any listener it is port 2375.
    """
    places = list(_tcp_listeners(declared))
    places.sort(key=lambda place: _is_loopback(place[0]))
    for _, port, tls in places:
        return Remote(host=f"tcp://{address}:{port}", tls=tls)
    return Remote(host=f"tcp://{address}:2375")


def _tcp_listeners(declared: DeclaredConfig) -> Iterator[tuple[str, int, bool]]:
    """Yield the host and the port of each TCP listener, and whether it speaks TLS."""
    for host in declared.hosts:
        if place := tcp_address(host.value):
            yield *place, declared.tls
    for stream in declared.streams:
        if (port := port_of(stream.value)) is not None:
            yield stream.value.rpartition(":")[0], port, declared.tls
    # If nginx has both, the listener without TLS probably redirects to the one with TLS.
    for listen in sorted(declared.nginx, key=lambda listen: not listen.tls):
        yield listen.host, listen.port, listen.tls


def _is_loopback(host: str) -> bool:
    return host.startswith("127.") or host in ("localhost", "::1", "[::1]")
