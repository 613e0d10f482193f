"""What a repository rightly lacks, and the lab stands in for: each with a line that says so.

dockerd's default places for certificates (~/.docker) are not stood in for: that nothing is there is
what goes wrong with `--tls` alone, and the user must see it. The same holds for everything that a
configuration does not name.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from dockerd_lab.cases.model import Credential, Credentials
from dockerd_lab.config import nginx
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.firewall import network_card
from dockerd_lab.config.flags import tcp_place
from dockerd_lab.inputs.input import Input
from dockerd_lab.settings import Settings
from dockerd_lab.standins.host_parts import host_parts
from dockerd_lab.standins.nginx_parts import CERTIFICATE, certificate_include, nginx_parts
from dockerd_lab.standins.shell_lines import HostPart

#: The client's own certificate, where the docker client looks for it.
CLIENT: dict[str, Credential] = {
    "/root/.docker/ca.pem": "ca",
    "/root/.docker/cert.pem": "client-cert",
    "/root/.docker/key.pem": "client-key",
}
#: The address of Docker's own bridge, unless daemon.json says another with `bip`.
_BRIDGE = "172.17.0.1"
#: Place a box has dockerd; the archives with Docker's binaries are unpacked elsewhere.
_PROGRAMS = ("/usr/bin/dockerd", "/usr/sbin/dockerd")
#: What nginx shows to a daemon with TLS, and with what it knows that one.
_OF_A_PROXY: dict[str, tuple[Credential, str]] = {
    "proxy_ssl_certificate": ("client-cert", "a client's certificate made for this run"),
    "proxy_ssl_certificate_key": ("client-key", "a client's key made for this run"),
    "proxy_ssl_trusted_certificate": ("ca", "the lab's own CA"),
}
#: Files of these names are on every machine.
_ON_THE_MACHINE = ("/etc/ssl/certs/ca-certificates.crt",)


@dataclass(frozen=True)
class StandIns:
    """What is put in the place of what the input lacks."""

    credentials: Credentials = field(default_factory=Credentials)
    replaced: tuple[str, ...] = ()
    """Files of the input that a credential takes the place of."""
    addresses: tuple[str, ...] = ()
    """Addresses to add to the daemon's machine."""
    names: tuple[str, ...] = ()
    """Host names that shall mean the daemon's machine there."""
    directories: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    """Where the engine's dockerd shall be as well."""
    bridges: tuple[str, ...] = ()
    """Network bridges to add."""
    card: str | None = None
    """The network card of the real host that rules of a firewall name."""
    parts: tuple[HostPart, ...] = ()
    """What else of the real host is made."""
    stand_in_notes: tuple[str, ...] = ()
    """A sentence for each."""
    notes: tuple[str, ...] = ()
    """What cannot be measured, since the input lacks it and nothing can stand in."""


def stand_ins(inputs: Input, declared: DeclaredConfig, settings: Settings) -> StandIns:
    """What this configuration names and the input does not hold."""
    credentials, replaced, stand_in_notes, notes = _credentials(inputs, declared)
    bridge = (declared.values_of("bip", "--bip") or [_BRIDGE])[0].split("/", maxsplit=1)[0]
    places = {_as_written_once(place) for place in _hosts(declared)} - {bridge}
    addresses = sorted(place for place in places if _is_another_machine(place, settings))
    names = sorted(n for n in {*places, *nginx.servers(inputs.texts)} if _is_name(n))
    directories = _directories(declared)
    stand_in_notes += [
        f"{a}: an address of the real host, added to the lab's machine" for a in addresses
    ]
    stand_in_notes += [
        f"{name}: a name of the real host, in the machine's /etc/hosts" for name in names
    ]
    stand_in_notes += [f"{path}: the data-root, made as an empty directory" for path in directories]
    for_sockets = _of_sockets(declared)
    stand_in_notes += [f"{path}: made, for the socket in it" for path in for_sockets]
    programs = _programs(inputs, declared)
    stand_in_notes += [f"{path}: a link to the engine's own dockerd" for path in programs]
    bridges = _bridges(declared)
    stand_in_notes += [f"{bridge}: a network bridge of the real host, added" for bridge in bridges]
    card = network_card(inputs.texts)
    stand_in_notes += (
        [f"{card}: the real host's interface; in the rules, the machine's own"] if card else []
    )
    parts = [*host_parts(inputs, declared), *nginx_parts(inputs, declared)]
    stand_in_notes += [part.note for part in parts]
    return StandIns(
        credentials=credentials,
        replaced=tuple(replaced),
        addresses=tuple(addresses),
        names=tuple(names),
        directories=(*directories, *for_sockets),
        programs=tuple(programs),
        bridges=tuple(bridges),
        card=card,
        parts=tuple(parts),
        stand_in_notes=tuple(stand_in_notes),
        notes=tuple(notes),
    )


def _credentials(
    inputs: Input, declared: DeclaredConfig
) -> tuple[Credentials, list[str], list[str], list[str]]:
    """The files of TLS that are made, those they replace, and what is said of them."""
    daemon: dict[str, Credential] = {}
    replaced: list[str] = []
    stand_in_notes: list[str] = []
    notes: list[str] = []
    named = {
        name: _paths(inputs.resolved(v.value) for v in found)
        for name, found in declared.tls_files.items()
    }
    certificates, keys, authorities = named["server-cert"], named["server-key"], named["ca"]
    # A certificate is of no use without its key: where that rightly is in no repository, both are
    # made. They are named in pairs, in the same order.
    for number, key in enumerate(keys):
        certificate = certificates[number] if number < len(certificates) else None
        if inputs.lacks(key):
            daemon[key] = "server-key"
            stand_in_notes.append(f"{key}: a key made for this run")
            if certificate is not None and (inputs.has(certificate) or inputs.lacks(certificate)):
                daemon[certificate] = "server-cert"
                stand_in_notes.append(f"{certificate}: a certificate made for this run")
                if inputs.has(certificate):
                    replaced.append(certificate)
                    stand_in_notes[-1] += ", in place of the input's, whose key is not in the input"
    for certificate in certificates:
        if inputs.lacks(certificate) and certificate not in daemon:
            keyed = any(inputs.has(key) for key in keys)
            if keyed:
                notes.append(f"{certificate}: only its key is in the input; nothing stands in")
            else:
                daemon[certificate] = "server-cert"
                stand_in_notes.append(f"{certificate}: a certificate made for this run")
    made, of_made, of_own = _authorities(inputs, authorities, daemon)
    daemon |= made
    stand_in_notes += of_made
    notes += of_own
    # One file may be all of them.
    several = {*certificates} & {*keys, *authorities} & daemon.keys()
    daemon |= dict.fromkeys(several, "server-pem")
    if certificate_include(inputs) is not None:
        daemon[CERTIFICATE] = "server-pem"
    client = CLIENT if daemon else {}
    stand_in_notes += _of_a_proxy(inputs, daemon)
    if client:
        stand_in_notes.append("/root/.docker on the client: a certificate and key of the lab's CA")
    return Credentials(daemon=daemon, client=client), replaced, stand_in_notes, notes


def _of_a_proxy(inputs: Input, daemon: dict[str, Credential]) -> Iterator[str]:
    """Add what nginx needs to speak TLS to a daemon, and say so."""
    for directive, (name, what) in _OF_A_PROXY.items():
        named = (each.path for each in nginx.directives(inputs.texts, directive))
        for path in _paths(inputs.resolved(path) for path in named if path is not None):
            if inputs.lacks(path) and path not in daemon:
                daemon[path] = name
                yield f"{path}: {what}"


def _authorities(
    inputs: Input, authorities: Iterable[str], others: Mapping[str, Credential]
) -> tuple[dict[str, Credential], list[str], list[str]]:
    """The CAs that are made, and what is said of them, and of the input's own."""
    made: dict[str, Credential] = {}
    stand_in_notes: list[str] = []
    notes: list[str] = []
    for authority in authorities:
        if authority in others:
            stand_in_notes.append(f"{authority}: with the lab's own CA in it")
        elif inputs.lacks(authority):
            made[authority] = "ca"
            stand_in_notes.append(f"{authority}: the lab's own CA")
        elif inputs.has(authority):
            notes.append(
                f"{authority}: the input's own CA, without a client's key of it: the client cannot"
                " be authorised here, and is measured as a stranger"
            )
    return made, stand_in_notes, notes


def _paths(values: Iterable[str]) -> list[str]:
    """Absolute paths that a file can have, each once, in their order."""
    paths = [PurePosixPath(re.sub("^/+", "/", value)) for value in values if value.isprintable()]
    whole = (str(path) for path in paths if path.is_absolute() and ".." not in path.parts)
    return list(dict.fromkeys(path for path in whole if path not in _ON_THE_MACHINE))


def _hosts(declared: DeclaredConfig) -> Iterator[str]:
    """The hosts and addresses at which the configuration listens, without ports."""
    for host in declared.hosts:
        if tcp := tcp_place(host.value):
            yield tcp[0]
    # dockerd listens there as well.
    for place in declared.values_of("metrics-addr", "--metrics-addr"):
        yield place.rpartition(":")[0].strip("[]")
    for listen in declared.nginx:
        yield listen.host
    for stream in declared.streams:
        if found := re.fullmatch(r"\[?([0-9a-fA-F.:]+?)\]?:\d+", stream.value):
            yield found[1]


def _as_written_once(host: str) -> str:
    """An address in the one way of many to write it."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _is_another_machine(host: str, settings: Settings) -> bool:
    """Whether it is an address that no machine of the lab has, and one machine could have."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    everywhere = address.is_unspecified or address.is_loopback or address.is_multicast
    everywhere = everywhere or str(address) == "255.255.255.255"
    of_the_lab = [machine.address for _, machine in settings.machines.items()]
    # .1 is the computer's own end of the lab's network.
    taken = address in of_the_lab or address == settings.network.network_address + 1
    return not (everywhere or taken or address.is_link_local)


def _is_name(host: str) -> bool:
    if re.fullmatch(r"[\d.]*|[0-9a-fA-F:]*:[0-9a-fA-F:.]*|localhost", host):
        return False
    return re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", host) is not None


def _directories(declared: DeclaredConfig) -> list[str]:
    named = declared.values_of("data-root", "--data-root", "--graph", "-g")
    named += declared.values_of("graph")
    roots = (str(PurePosixPath(root)) for root in named)
    return [root for root in _paths(roots) if root != "/var/lib/docker"]


def _of_sockets(declared: DeclaredConfig) -> list[str]:
    """The directories of unix sockets; those in /run are gone after each boot, and not made."""
    paths = (
        h.value.removeprefix("unix://") for h in declared.hosts if h.value.startswith("unix://")
    )
    found = _paths(str(PurePosixPath(path).parent) for path in paths)
    return [path for path in found if not re.match(r"(/var)?/run(/|$)|/$|/tmp$", path)]


def _programs(inputs: Input, declared: DeclaredConfig) -> list[str]:
    typed = [command for command in declared.commands if command.value.strip()]
    first = _paths(command.value.split()[0] for command in typed)
    return [
        path
        for path in first
        if PurePosixPath(path).name == "dockerd" and path not in _PROGRAMS and not inputs.has(path)
    ]


def _bridges(declared: DeclaredConfig) -> list[str]:
    """The bridges that dockerd uses; docker0 it makes itself, and no other."""
    named = declared.values_of("bridge", "--bridge", "-b")
    return sorted({b for b in named if re.fullmatch(r"[\w.-]{1,15}", b)} - {"none", "docker0"})
