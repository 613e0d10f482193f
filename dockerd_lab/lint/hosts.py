"""Reads dockerd's hosts as it does, and returns where it listens.

The rules are those of opts/hosts.go in moby v20.10.24 and v28.5.2, as far as they agree.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.config.value import Value
from dockerd_lab.lint.facts import EngineFacts
from dockerd_lab.lint.notes import Notes

DEFAULT_SOCKET = "/var/run/docker.sock"
_DEFAULT_PORT = 2375
_SSH = 22
_TCP = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:.%\w]*)\]|(?P<host>[^\[\]:/?#@\s]*))(?::(?P<port>\d{0,5}))?"
)
_METRICS = re.compile(r"(?P<host>\d+(\.\d+){3}|localhost|\[::\]|):(?P<port>\d{1,5})")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_EXISTING = re.compile(r"/run|/var/run|/tmp|/var/lib|/var|/etc|/root|/srv|/opt")  # directories
_NO_SOCKETS = (
    "failed to load listeners: no sockets found via socket activation: make sure the service was"
    " started by systemd"
)
#: The first version that looks up the names of hosts itself.
_LOOKUP_SINCE = 23


@dataclass(frozen=True)
class Door:
    """Something that listens."""

    family: str
    """`tcp`, `tcp6` or `unix`, as in netstat."""
    address: str
    """An address, as netstat has it, or a path."""
    port: int
    program: str
    value: Value
    """The declared value, with its place."""
    literal: str = ""
    """Of a TCP host, the address and port as they are given."""

    @property
    def is_loopback(self) -> bool:
        """Return whether only the machine itself reaches it."""
        return self.address in ("::1", "localhost") or self.address.startswith("127.")

    @property
    def is_wildcard(self) -> bool:
        """Return whether it is on all addresses."""
        return self.address in ("::", "0.0.0.0")  # noqa: S104  (compared, and not bound)

    def __str__(self) -> str:
        place = self.address if self.family == "unix" else f"{self.address}:{self.port}"
        return f"{self.family} {place} {self.program}"


@dataclass(frozen=True)
class Directories:
    """Directories that are there when dockerd starts."""

    made: Collection[str] = ()
    """Those in /run that systemd makes for it."""
    with_content: Collection[str] = ()
    """Those that the input or its scripts make, with those above them."""


def read_hosts(
    hosts: Sequence[Value],
    sockets: Sequence[Door] | None,
    directories: Directories,
    facts: EngineFacts,
    notes: Notes,
) -> list[Door]:
    """Return where dockerd listens by its hosts, besides systemd's `sockets` for fd://.

    `sockets` is None if systemd does not start dockerd.
    """
    doors: list[Door] = []
    activated = sockets or ()
    for host in hosts:
        door = _door(host, sockets, directories, facts, notes)
        if door is not None and _key(door) not in map(_key, doors):
            _check_taken(door, [*doors, *activated], notes)
            doors.append(door)
    return doors


def metrics_door(value: Value, others: Iterable[Door], notes: Notes) -> Door | None:
    """Return where dockerd shows its metrics, which lead to nothing else; note what is not read."""
    match = re.fullmatch(
        r"(?P<host>\d+(\.\d+){3}|localhost|\[::\]|):(?P<port>\d{1,5})", value.value
    )
    if match is None or not 0 < int(match["port"]) <= 65535:  # noqa: PLR2004
        notes.doubt(f"what dockerd does with metrics-addr = {value.value}", value.place)
        return None
    host, port = match["host"].replace("localhost", "127.0.0.1"), int(match["port"])
    if host in ("", "0.0.0.0", "[::]"):  # noqa: S104  (compared, and not bound)
        door = Door("tcp6", "::", port, "dockerd", value)
    else:
        door = Door("tcp", host, port, "dockerd", value)
    if not door.is_loopback and not door.is_wildcard:
        notes.assume(f"{host} is an address of the machine")
    _check_taken(door, others, notes)
    return door


def _key(door: Door) -> str:
    """Return that by which dockerd knows a host that is given twice."""
    return door.literal or str(door)


def _door(
    host: Value,
    sockets: Sequence[Door] | None,
    directories: Directories,
    facts: EngineFacts,
    notes: Notes,
) -> Door | None:
    """Return where a host listens; None for fd://, and for what is refused or not known."""
    text = host.value.strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "tcp" if text else "unix", text
    if scheme == "fd":
        if sockets is None:
            notes.fail(_NO_SOCKETS, host.place, text)
        elif not sockets:
            notes.doubt("fd:// needs a socket unit, and none is known", host.place)
        elif rest not in ("", "*"):
            notes.doubt(f"{text}: which socket it takes is not read", host.place)
        return None
    if scheme == "unix":
        return _unix(rest or DEFAULT_SOCKET, host, directories, notes)
    if scheme == "tcp":
        return _tcp(rest, host, facts, notes)
    message = f"invalid bind address ({text}): unsupported proto '{scheme}'"
    is_old = facts.major < _LOOKUP_SINCE
    if is_old:
        message = f"Invalid bind address format: {text}"
    if host.place.file.endswith(".json") and is_old:
        notes.fail(
            f"failed to load listeners: error parsing -H {text}: {message}", host.place, text
        )
    elif host.place.file.endswith(".json"):
        before = f"unable to configure the Docker daemon with file {host.place.file}: merged"
        message = (
            f"{before} configuration validation from file and command line flags failed: {message}"
        )
        notes.fail(message, host.place, text)
    else:
        notes.fail(f'invalid argument "{text}" for "-H, --host" flag: {message}', host.place, text)
    return None


def _unix(path: str, host: Value, directories: Directories, notes: Notes) -> Door | None:
    if not re.fullmatch(r"/[\w./@:+-]+", path) or "/../" in path:
        notes.doubt(f"unix://{path}: what becomes of this path is not read", host.place)
        return None
    if path in directories.with_content:
        message = f"failed to load listeners: can't create unix socket {path}: is a directory"
        notes.fail(message, host.place, path)
        return None
    directory = path.rpartition("/")[0]
    if re.match(r"(/var)?/run/.", directory):
        known = (DOCKER_SOCKET.rpartition("/")[0], "/var/run")
        if directory not in (*known, *directories.made, *directories.with_content):
            message = (
                f"failed to load listeners: can't create unix socket {path}:"
                f" listen unix {path}: bind: no such file or directory"
            )
            notes.fail(message, host.place, path)
            return None
    elif not _EXISTING.fullmatch(directory):
        notes.assume(f"{directory} exists, for the socket in it")
    return Door("unix", path, 0, "dockerd", host)


def _tcp(rest: str, host: Value, facts: EngineFacts, notes: Notes) -> Door | None:
    match = _TCP.fullmatch(rest)
    if match is None:
        notes.doubt(f"{host.value}: what dockerd makes of this host is not read", host.place)
        return None
    port = int(match["port"] or _DEFAULT_PORT)
    name = match["six"] if match["six"] is not None else match["host"]
    if not 0 < port <= 65535 or port == _SSH or (match["six"] is not None and not name):  # noqa: PLR2004
        notes.doubt(f"{host.value}: whether dockerd can listen there", host.place)
        return None
    if match["six"] is None and not name:
        if rest:
            notes.assume(f"{host.value}: without a host dockerd takes localhost")
        name = "127.0.0.1"
    if name == "localhost":
        name = "127.0.0.1"
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return _named(name, port, host, facts, notes)
    if address.is_unspecified:
        return Door("tcp6", "::", port, "dockerd", host, f"{address}:{port}")
    if not address.is_loopback:
        notes.assume(f"{address} is an address of the machine")
    is_mapped = getattr(address, "ipv4_mapped", None) is not None
    special = address.is_multicast or address.is_link_local or address.is_reserved
    if is_mapped or special or str(address) == "255.255.255.255":
        notes.doubt(f"{host.value}: whether dockerd can listen there", host.place)
    return Door("tcp" if address.version == 4 else "tcp6", str(address), port, "dockerd", host)  # noqa: PLR2004


def _named(name: str, port: int, host: Value, facts: EngineFacts, notes: Notes) -> Door | None:
    """Return where a host listens that is given by name."""
    if re.fullmatch(r"\d+(\.\d+){4,}", name):
        message = f"failed to load listeners: failed to lookup {name} address in host specification"
        if facts.major < _LOOKUP_SINCE:
            message = f"failed to load listeners: listen tcp: lookup {name}: no such host"
        notes.fail(message, host.place, name)
        return None
    if not _NAME.fullmatch(name) or re.fullmatch(r"[\d.xXa-fA-F]+", name):
        notes.doubt(f"{host.value}: what dockerd makes of this host is not read", host.place)
        return None
    notes.doubt(f"which address {name} is", host.place)
    return None


def _check_taken(door: Door, others: Iterable[Door], notes: Notes) -> None:
    """Note a failure if another listener has the port."""
    for other in others:
        same_port = door.family != "unix" and door.port == other.port and other.family != "unix"
        if same_port and (door.is_wildcard or other.is_wildcard or door.address == other.address):
            message = (
                f"failed to load listeners: listen tcp {_bracketed(door)}: bind: address already"
                " in use"
            )
            notes.fail(message, door.value.place, str(door.port))
            return


def _bracketed(door: Door) -> str:
    host = f"[{door.address}]" if ":" in door.address else door.address
    return f"{host}:{door.port}"
