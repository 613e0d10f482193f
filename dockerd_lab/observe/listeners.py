"""Reads from netstat's output who listens on `daemon`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Without -W, netstat cuts off a long IPv6 address.
NETSTAT_TCP = "netstat -lntpW"
NETSTAT_UNIX = "netstat -lnxp"


@dataclass(frozen=True)
class IgnoredListener:
    """A pattern of listeners that are not observed: they give no access to the daemon."""

    protocol: str
    address: str
    program: str
    why: str

    def covers(self, listener: "Listener") -> bool:
        """Return whether a listener matches; all three patterns must match completely."""
        patterns = (self.protocol, self.address, self.program)
        values = (listener.protocol, listener.address, listener.program)
        return all(
            re.fullmatch(pattern, value) for pattern, value in zip(patterns, values, strict=True)
        )


IGNORED_LISTENERS = (
    IgnoredListener("tcp6?", r"(0\.0\.0\.0|::):22", "sshd", "the harness's own way in"),
    IgnoredListener("unix", r"/run/dockerd-lab\.sock", "python3", "the same, root only"),
    IgnoredListener(
        "tcp", r"127\.0\.0\.1:\d+", "containerd", "containerd's streaming port, random"
    ),
    IgnoredListener("unix", "/run/containerd/.*", "containerd.*", "containerd's own, root only"),
    IgnoredListener("unix", "/(var/)?run/nri/nri.sock", "containerd", "for its plugins, from 2.0"),
    IgnoredListener(
        "unix",
        r"/(var/)?run/docker/(metrics|libnetwork/\w+|swarm/control)\.sock",
        "dockerd",
        "for its plugins and networks",
    ),
    IgnoredListener("unix", "/run/ssh-unix-local/socket", "init", "systemd's, for ssh, from 256"),
    IgnoredListener("unix", "/run/(systemd|udev|dbus)/.*", "init|systemd.*", "systemd's own"),
)

#: dockerd's sockets for networks and plugins lie in its --exec-root, which this pattern finds.
_LIBNETWORK_SOCKET = re.compile(r"(/.+)/libnetwork/[0-9a-f]+\.sock")
_OTHER_PLUGIN_SOCKETS = ("metrics.sock", "swarm/control.sock")


@dataclass(frozen=True, order=True)
class Listener:
    """One line of netstat: a protocol, an address or a path, and the program that listens there."""

    protocol: str
    address: str
    program: str

    def __str__(self) -> str:
        """Return the listener as a case declares it.

        >>> str(Listener("tcp6", ":::2375", "dockerd"))
        'tcp6 :::2375 dockerd'
        """
        return f"{self.protocol} {self.address} {self.program}"


def parse(netstat: str) -> list[Listener]:
    """Return the listeners in the output of NETSTAT_TCP or NETSTAT_UNIX."""
    # Imported here: what reads results knows listeners, and works without the lab's packages.
    import jc  # noqa: PLC0415

    return [_listener(entry) for entry in jc.parse("netstat", netstat, quiet=True)]


def _listener(entry: dict[str, object]) -> Listener:
    if entry["proto"] == "unix":
        address = str(entry.get("path") or "-")
        # With `unix://var/run/x` a daemon binds a relative path, and it runs in `/`.
        if address[0] not in "/@-":
            address = f"/{address}"
    else:
        address = f"{entry['local_address']}:{entry['local_port']}"
    # netstat cuts `nginx: master process` off somewhere, depending on the length of the process id.
    program = str(entry.get("program_name") or "-").split(":")[0]
    if program == "haproxy":
        # It binds admin.sock.4711.tmp and renames that; the kernel goes on naming the first name.
        address = re.sub(r"\.\d+\.tmp$", "", address)
    return Listener(str(entry["proto"]), address, program)


def reachable(listeners: Iterable[Listener]) -> list[Listener]:
    """Return the listeners, sorted, without IGNORED_LISTENERS and dockerd's plugin sockets."""
    all_listeners = list(listeners)
    plugin_sockets = set(_plugin_sockets(all_listeners))
    return sorted(
        listener
        for listener in all_listeners
        if listener not in plugin_sockets
        and not any(ignored.covers(listener) for ignored in IGNORED_LISTENERS)
    )


def _plugin_sockets(listeners: Iterable[Listener]) -> Iterator[Listener]:
    """Yield dockerd's sockets for its networks, and its other sockets in the same directory."""
    for listener in listeners:
        match = _LIBNETWORK_SOCKET.fullmatch(listener.address)
        if match and listener.program == "dockerd":
            yield listener
            for name in _OTHER_PLUGIN_SOCKETS:
                yield Listener("unix", f"{match[1]}/{name}", "dockerd")
