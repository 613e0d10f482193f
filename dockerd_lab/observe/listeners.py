"""Who listens on `daemon`, in netstat's own words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jc

#: Without -W a long IPv6 address is cut off.
NETSTAT_TCP = "netstat -lntpW"
NETSTAT_UNIX = "netstat -lnxp"


@dataclass(frozen=True)
class NamedException:
    """A listener that is no way to reach the daemon: by its owner, and where that owner listens."""

    protocol: str
    address: str
    program: str
    why: str

    def covers(self, listener: "Listener") -> bool:
        """Whether a listener is this one; all three patterns must match whole."""
        mine = (self.protocol, self.address, self.program)
        theirs = (listener.protocol, listener.address, listener.program)
        return all(re.fullmatch(m, t) for m, t in zip(mine, theirs, strict=True))


EXCEPTIONS = (
    NamedException("tcp6?", r"(0\.0\.0\.0|::):22", "sshd", "the harness's own way in"),
    NamedException("unix", r"/run/dockerd-lab\.sock", "python3", "the same, root only"),
    NamedException("tcp", r"127\.0\.0\.1:\d+", "containerd", "containerd's streaming port, random"),
    NamedException("unix", "/run/containerd/.*", "containerd.*", "containerd's own, root only"),
    NamedException("unix", "/(var/)?run/nri/nri.sock", "containerd", "for its plugins, from 2.0"),
    NamedException(
        "unix",
        r"/(var/)?run/docker/(metrics|libnetwork/\w+|swarm/control)\.sock",
        "dockerd",
        "for its plugins and networks",
    ),
    NamedException("unix", "/run/ssh-unix-local/socket", "init", "systemd's, for ssh, from 256"),
    NamedException("unix", "/run/(systemd|udev|dbus)/.*", "init|systemd.*", "systemd's own"),
)

#: With another --exec-root they are there, as the first of them tells.
_NETWORKS = re.compile(r"(/.+)/libnetwork/[0-9a-f]+\.sock")
_BESIDE_IT = ("metrics.sock", "swarm/control.sock")


@dataclass(frozen=True, order=True)
class Listener:
    """One line of netstat, as far as it tells who can be reached where."""

    protocol: str
    address: str
    program: str

    def __str__(self) -> str:
        """As a case declares it.

        >>> str(Listener("tcp6", ":::2375", "dockerd"))
        'tcp6 :::2375 dockerd'
        """
        return f"{self.protocol} {self.address} {self.program}"


def parse(netstat: str) -> list[Listener]:
    """The listeners in the output of `netstat -lntp` or `netstat -lnxp`."""
    return [_listener(entry) for entry in jc.parse("netstat", netstat, quiet=True)]


def _listener(entry: dict[str, object]) -> Listener:
    if entry["proto"] == "unix":
        address = str(entry.get("path") or "-")
        # A daemon that was given `unix://var/run/x` runs in `/`, and has bound a relative name.
        if address[0] not in "/@-":
            address = f"/{address}"
    else:
        address = f"{entry['local_address']}:{entry['local_port']}"
    # Of `nginx: master process` netstat shows more or less, depending on its process id.
    program = str(entry.get("program_name") or "-").split(":")[0]
    return Listener(str(entry["proto"]), address, program)


def reachable(listeners: Iterable[Listener]) -> list[Listener]:
    """The listeners without the named exceptions and dockerd's own for its plugins, sorted."""
    every = list(listeners)
    own = set(_for_plugins(every))
    return sorted(
        listener
        for listener in every
        if listener not in own and not any(exception.covers(listener) for exception in EXCEPTIONS)
    )


def _for_plugins(listeners: Iterable[Listener]) -> Iterator[Listener]:
    """The sockets that a dockerd has for its networks, and those that it has in the same place."""
    for listener in listeners:
        root = _NETWORKS.fullmatch(listener.address)
        if root and listener.program == "dockerd":
            yield listener
            for name in _BESIDE_IT:
                yield Listener("unix", f"{root[1]}/{name}", "dockerd")
