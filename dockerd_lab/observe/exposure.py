"""Measures how much access to the daemon a machine gets; provision/probe.py tries it there."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dockerd_lab.cases.model import LEVELS
from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.redaction.redact import redacted

#: On `daemon`, mode 0600: whoever can read it is root there.
TOKEN_FILE = "/root/dockerd-lab-token"  # noqa: S105  (a path)
#: Seconds a probe may take: it starts a container on an emulated machine, beside other probes.
PROBE_LIMIT = 300
#: Who tries to reach the daemon: the machine, and the user on that machine.
WHO = {
    "client": ("client", "root"),
    "outsider": ("outsider", "root"),
    "local-user": ("daemon", "nobody"),
}


@dataclass(frozen=True)
class Attempt:
    """One target that was tried from one machine, and the level of access that it gave."""

    target: str
    level: str
    evidence: str
    seconds: float = 0.0
    """How long the attempt took."""

    def __str__(self) -> str:
        return f"{self.target}: {self.level} ({self.evidence})"


@dataclass(frozen=True)
class Exposure:
    """The access to the daemon that a machine, or a local user of `daemon`, gets."""

    who: str
    attempts: list[Attempt]

    @property
    def best(self) -> Attempt:
        """Return the attempt with the highest level; an unclear level counts as the highest."""
        return max(self.attempts, key=lambda attempt: rank(attempt.level))

    @property
    def level(self) -> str:
        """Return the level of the best attempt."""
        return self.best.level


def rank(level: str) -> int:
    """Return the rank of a level; an unclear level ranks highest, so that nobody overlooks it."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def write_token(token: str) -> RemoteCommand:
    """Return the command that writes this observation's token to TOKEN_FILE."""
    return RemoteCommand(f"umask 077; echo {token} >{TOKEN_FILE}")


def with_server_names(
    targets: Sequence[str], listeners: Iterable[Listener], names: Sequence[str]
) -> list[str]:
    """Return the targets, and each of nginx's targets again for every server name.

    >>> nginx = Listener("tcp", "0.0.0.0:80", "nginx")
    >>> with_server_names(["tcp://a:80", "tcp://a:1"], [nginx], ["x.org"])
    ['tcp://a:80', 'tcp://a:1', 'tcp://a:80 as x.org']
    """
    ports = {_split_address(each.address)[1] for each in listeners if each.program == "nginx"}
    nginx_targets = [target for target in targets if target.rpartition(":")[2] in ports]
    return [*targets, *(f"{target} as {name}" for target in nginx_targets for name in names)]


def remote_targets(listeners: Iterable[Listener], address: str, *extra: str) -> list[str]:
    """Return the targets that another machine tries: every port, or 2375 if nothing listens.

    A port on the loopback address is tried as well, to prove that it is not reached. A port that is
    bound to another address of `daemon` than `address` is also tried at that address. `extra` are
    further targets.
    """
    addresses = [_split_address(listener.address) for listener in listeners if _is_tcp(listener)]
    ports = sorted({port for _, port in addresses} or {"2375"}, key=int)
    bound = sorted({(host, port) for host, port in addresses if _is_other_address(host, address)})
    return [
        *extra,
        *(f"tcp://{address}:{port}" for port in ports),
        *(f"tcp://{_in_brackets(host)}:{port}" for host, port in bound),
    ]


def local_targets(listeners: Iterable[Listener]) -> list[str]:
    """Return the targets that a local user of `daemon` tries: every listening port and unix socket.

    >>> tcp = Listener("tcp6", ":::2375", "dockerd")
    >>> local_targets([tcp, Listener("unix", "/run/a", "dockerd")])
    ['tcp://127.0.0.1:2375', 'tcp://[::1]:2375', 'unix:///run/a']
    """
    targets = []
    for listener in listeners:
        if _is_tcp(listener):
            host, port = _split_address(listener.address)
            targets += [f"tcp://{address}:{port}" for address in _local_addresses(host)]
        elif listener.address.startswith(("/", "@")):
            # /var/run is a link to /run. A name that begins with @ is an abstract socket, which
            # has no file permissions.
            targets.append(f"unix://{re.sub('^/var/run/', '/run/', listener.address)}")
    return sorted(set(targets)) or [f"unix://{DOCKER_SOCKET}"]


def further_targets(listeners: Iterable[Listener], address: str, addresses: str) -> list[str]:
    r"""Return the targets in IPv6 that another machine tries if the others give no full control.

    A program that listens on `::` is reached at the link-local address, too, which every card has,
    and which rules for IPv4 do not protect. `addresses` is what `ip -o address` prints on `daemon`;
    the other machines' cards have the same names.

    >>> card = "3: eth1 inet 192.168.3.201/24 scope global\n3: eth1 inet6 fe80::1/64 scope link"
    >>> further_targets([Listener("tcp6", ":::2375", "dockerd")], "192.168.3.201", card)
    ['tcp://[fe80::1%eth1]:2375']
    """
    cards = [line.split()[1:4] for line in addresses.splitlines()]
    ours = {card for card, _, network in cards if network.partition("/")[0] == address}
    hosts = [
        f"{network.partition('/')[0]}%{card}"
        for card, _, network in cards
        if card in ours and network.startswith("fe80:")
    ]
    bound = [_split_address(each.address) for each in listeners if each.protocol == "tcp6"]
    ports = sorted({port for host, port in bound if host == "::"}, key=int)
    return [f"tcp://[{host}]:{port}" for host in hosts for port in ports]


def probe_request(
    targets: Iterable[str],
    further: Iterable[str] = (),
    prefixes: Iterable[str] = (),
    **requests: Any,
) -> dict[str, Any]:
    """Return the line for probe.py.

    - `further` are targets to measure only if none of the `targets` gives full control.
    - `prefixes` are paths below which the API may be.
    - `requests` are `bypasses` and `changes` of probe_data.py, and the `certificates` they name.
    """
    return {
        "targets": list(targets),
        "further": list(further),
        "token_file": TOKEN_FILE,
        "prefixes": list(prefixes),
        **{"bypasses": [], "changes": [], "certificates": {}, **requests},
    }


def parse_probe_answer(who: str, answer: Any, token: str) -> Exposure:
    """Return the exposure from a probe's answer; raises HarnessError if the answer is malformed.

    The level `full-control` needs the right token as proof. Without it the level is `unclear`.
    """
    try:
        attempts = [_parse_attempt(entry, token) for entry in answer]
    except (ValueError, KeyError, TypeError):
        raise HarnessError(f"measuring the exposure of {who}: {redacted(answer)!r:.500}") from None
    return Exposure(who, attempts)


def _parse_attempt(entry: dict[str, Any], token: str) -> Attempt:
    level, evidence = entry["level"], entry["evidence"]
    if level == "full-control" and entry["token"] != token:
        level, evidence = "unclear", f"a container ran, but read {entry['token']!r}"
    return Attempt(entry["target"], level, evidence, float(entry.get("seconds", 0.0)))


def _is_tcp(listener: Listener) -> bool:
    return listener.protocol.startswith("tcp")


def _split_address(address: str) -> tuple[str, str]:
    """Return the host and the port of netstat's `:::2375` or `127.0.0.1:2375`."""
    host, _, port = address.rpartition(":")
    return host, port


def _local_addresses(host: str) -> list[str]:
    """Return the addresses at which a listener on `host` is reached from its own machine.

    A listener on `::` may or may not accept IPv4, so both are returned.
    """
    if not ipaddress.ip_address(host).is_unspecified:
        return [_in_brackets(host)]
    return ["127.0.0.1", "[::1]"] if ":" in host else ["127.0.0.1"]


def _is_other_address(host: str, address: str) -> bool:
    """Return whether `host` is a single address, other than `address`, that others may reach."""
    bound = ipaddress.ip_address(host)
    is_shared = bound.is_unspecified or bound.is_loopback or bound.is_link_local
    return not is_shared and host != address


def _in_brackets(host: str) -> str:
    """Return an address as it is written in a URL."""
    return f"[{host}]" if ":" in host else host
