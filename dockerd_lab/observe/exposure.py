"""How much of the daemon a machine gets, measured on that machine by trying: provision/probe.py."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dockerd_lab.cases.model import LEVELS
from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.observe.listeners import Listener

#: On `daemon`, mode 0600: who reads it is root there.
TOKEN_FILE = "/root/dockerd-lab-token"  # noqa: S105  (a path)
#: Seconds a probe may take: a container is made on an emulated machine, and others run beside it.
PROBE_LIMIT = 300
#: Who tries to reach the daemon, from which machine, and as whom there.
WHO = {
    "client": ("client", "root"),
    "outsider": ("outsider", "root"),
    "local-user": ("daemon", "nobody"),
}


@dataclass(frozen=True)
class Way:
    """One way to the daemon, as it was tried from one machine."""

    target: str
    level: str
    evidence: str
    seconds: float = 0.0
    """What trying it took."""

    def __str__(self) -> str:
        return f"{self.target}: {self.level} ({self.evidence})"


@dataclass(frozen=True)
class Exposure:
    """How much of the daemon a machine, or a local user of `daemon`, gets."""

    who: str
    ways: list[Way]

    @property
    def best(self) -> Way:
        """The way that gives most."""
        return max(self.ways, key=lambda way: _rank(way.level))

    @property
    def level(self) -> str:
        """The level of the best way."""
        return self.best.level


def write_token(token: str) -> RemoteCommand:
    """Leave the token of this observation where only root can read it."""
    return RemoteCommand(f"umask 077; echo {token} >{TOKEN_FILE}")


def by_name(
    targets: Sequence[str], listeners: Iterable[Listener], names: Sequence[str]
) -> list[str]:
    """The targets, and each that is nginx's once more by every name that its servers have.

    >>> by_name(["tcp://a:80", "tcp://a:1"], [Listener("tcp", "0.0.0.0:80", "nginx")], ["x.org"])
    ['tcp://a:80', 'tcp://a:1', 'tcp://a:80 as x.org']
    """
    ports = {_split(each.address)[1] for each in listeners if each.program == "nginx"}
    several = [target for target in targets if target.rpartition(":")[2] in ports]
    return [*targets, *(f"{target} as {name}" for target in several for name in names)]


def from_elsewhere(listeners: Iterable[Listener], address: str, *more: str) -> list[str]:
    """What another machine tries: each port that was found, and 2375 where none is.

    A port on the loopback address is tried too: that nobody gets there is shown, not assumed. One
    that is bound to another address of `daemon` than `address` is tried there as well. `more` are
    ways that no listener tells of.
    """
    places = [_split(listener.address) for listener in listeners if _is_tcp(listener)]
    ports = sorted({port for _, port in places} or {"2375"}, key=int)
    bound = sorted({(host, port) for host, port in places if _is_another(host, address)})
    return [
        *more,
        *(f"tcp://{address}:{port}" for port in ports),
        *(f"tcp://{_bracketed(host)}:{port}" for host, port in bound),
    ]


def from_here(listeners: Iterable[Listener]) -> list[str]:
    """What a local user of `daemon` tries: every port and every unix socket that was found.

    >>> from_here([Listener("tcp6", ":::2375", "dockerd"), Listener("unix", "/run/a", "dockerd")])
    ['tcp://127.0.0.1:2375', 'tcp://[::1]:2375', 'unix:///run/a']
    """
    targets = []
    for listener in listeners:
        if _is_tcp(listener):
            host, port = _split(listener.address)
            targets += [f"tcp://{place}:{port}" for place in _reached_here(host)]
        elif listener.address.startswith(("/", "@")):
            # /var/run is a link to /run: one socket, two names. Nobody guards an abstract one, @….
            targets.append(f"unix://{re.sub('^/var/run/', '/run/', listener.address)}")
    return sorted(set(targets)) or ["unix:///run/docker.sock"]


def asked(targets: Iterable[str], prefixes: Sequence[str] = ()) -> list[Any]:
    """What the probe is given: the targets, and prefixes below one of which the API may be."""
    return [list(targets), TOKEN_FILE, list(prefixes)]


def parse(who: str, answer: Any, token: str) -> Exposure:
    """The exposure in a probe's answer; raises HarnessError where it is none.

    `full-control` is taken for it only with the token in hand.
    """
    try:
        ways = [_way(found, token) for found in answer]
    except (ValueError, KeyError, TypeError):
        raise HarnessError(f"measuring the exposure of {who}: {answer!r:.500}") from None
    return Exposure(who, ways)


def _way(found: dict[str, Any], token: str) -> Way:
    level, evidence = found["level"], found["evidence"]
    if level == "full-control" and found["token"] != token:
        level, evidence = "unclear", f"a container ran, but read {found['token']!r}"
    return Way(found["target"], level, evidence, float(found.get("seconds", 0.0)))


def _rank(level: str) -> int:
    """Where a level stands; what is unclear stands above all, so that nobody overlooks it."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _is_tcp(listener: Listener) -> bool:
    return listener.protocol.startswith("tcp")


def _split(address: str) -> tuple[str, str]:
    """Host and port of netstat's `:::2375` or `127.0.0.1:2375`."""
    host, _, port = address.rpartition(":")
    return host, port


def _reached_here(host: str) -> list[str]:
    """The addresses under which a listener is reached from its own machine.

    What listens on `::` may take IPv4 too, or not.
    """
    if not ipaddress.ip_address(host).is_unspecified:
        return [_bracketed(host)]
    return ["127.0.0.1", "[::1]"] if ":" in host else ["127.0.0.1"]


def _is_another(host: str, address: str) -> bool:
    """Whether a listener is bound to one address, which others may reach and is not `address`."""
    bound = ipaddress.ip_address(host)
    mine = bound.is_unspecified or bound.is_loopback or bound.is_link_local
    return not mine and host != address


def _bracketed(host: str) -> str:
    """An address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
