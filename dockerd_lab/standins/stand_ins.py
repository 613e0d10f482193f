"""Finds what a configuration refers to and its repository rightly lacks, and what stands in for it.

Each stand-in has a sentence for the verdict. There are no stand-ins for what the configuration does
not name, such as certificates in dockerd's default directory (~/.docker): if `--tls` alone fails
because nothing is there, the user must see that.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from dockerd_lab.cases.model import Credential, Credentials
from dockerd_lab.config import nginx
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.firewall import firewall_interface
from dockerd_lab.config.flags import tcp_address
from dockerd_lab.config.paths import DEBIANS_DOCKERD, DOCKERS_DOCKERD
from dockerd_lab.inputs.input import Input
from dockerd_lab.settings import Settings
from dockerd_lab.standins.host_parts import host_parts
from dockerd_lab.standins.nginx_parts import CERTIFICATE, certificate_include, nginx_parts
from dockerd_lab.standins.shell_lines import HostPart

#: The client's own certificate, where the docker client looks for it.
CLIENT_CREDENTIALS: dict[str, Credential] = {
    "/root/.docker/ca.pem": "ca",
    "/root/.docker/cert.pem": "client-cert",
    "/root/.docker/key.pem": "client-key",
}
#: The address of Docker's own bridge, unless `bip` in daemon.json sets another.
_DOCKER0_ADDRESS = "172.17.0.1"
#: Where packages install dockerd. Docker's binary archives are unpacked elsewhere.
_PACKAGED_DOCKERD = (DEBIANS_DOCKERD, DOCKERS_DOCKERD)
#: The files that nginx needs as a client of a daemon with TLS, by directive.
_PROXY_CREDENTIALS: dict[str, tuple[Credential, str]] = {
    "proxy_ssl_certificate": ("client-cert", "a client's certificate made for this run"),
    "proxy_ssl_certificate_key": ("client-key", "a client's key made for this run"),
    "proxy_ssl_trusted_certificate": ("ca", "the lab's own CA"),
}
#: Files that exist on every machine.
_PREINSTALLED = ("/etc/ssl/certs/ca-certificates.crt",)


@dataclass(frozen=True)
class StandIns:
    """The stand-ins for what the input lacks."""

    credentials: Credentials = field(default_factory=Credentials)
    replaced: tuple[str, ...] = ()
    """Files of the input that are replaced by a credential."""
    addresses: tuple[str, ...] = ()
    """Addresses to add to the daemon's machine."""
    names: tuple[str, ...] = ()
    """Host names that resolve to the daemon's address on its machine."""
    directories: tuple[str, ...] = ()
    """Directories to make: data roots, and those of unix sockets."""
    programs: tuple[str, ...] = ()
    """Paths that become links to the engine's dockerd."""
    bridges: tuple[str, ...] = ()
    """Network bridges to add."""
    interface: str | None = None
    """The name of the real host's network interface in firewall rules."""
    parts: tuple[HostPart, ...] = ()
    """Other parts of the real host to make."""
    stand_in_notes: tuple[str, ...] = ()
    """One sentence for each stand-in."""
    notes: tuple[str, ...] = ()
    """What cannot be measured, because the input lacks it and nothing can stand in."""


def find_stand_ins(inputs: Input, declared: DeclaredConfig, settings: Settings) -> StandIns:
    """Return the stand-ins for what the configuration refers to and the input lacks."""
    credentials, replaced, stand_in_notes, notes = _find_credentials(inputs, declared)
    bridge = (declared.values_of("bip", "--bip") or [_DOCKER0_ADDRESS])[0].split("/", maxsplit=1)[0]
    hosts = {_normalise_address(host) for host in _listen_addresses(declared)} - {bridge}
    addresses = sorted(host for host in hosts if _is_another_machine(host, settings))
    names = sorted(n for n in {*hosts, *nginx.servers(inputs.texts)} if _is_host_name(n))
    data_roots = _data_roots(declared)
    stand_in_notes += [
        f"{a}: an address of the real host, added to the lab's machine" for a in addresses
    ]
    stand_in_notes += [
        f"{name}: a name of the real host, in the machine's /etc/hosts" for name in names
    ]
    stand_in_notes += [f"{path}: the data-root, made as an empty directory" for path in data_roots]
    socket_directories = _socket_directories(declared)
    stand_in_notes += [f"{path}: made, for the socket in it" for path in socket_directories]
    dockerd_paths = _dockerd_paths(inputs, declared)
    stand_in_notes += [f"{path}: a link to the engine's own dockerd" for path in dockerd_paths]
    bridges = _bridges(declared)
    stand_in_notes += [f"{bridge}: a network bridge of the real host, added" for bridge in bridges]
    interface = firewall_interface(inputs.texts)
    stand_in_notes += (
        [f"{interface}: the real host's interface; in the rules, the machine's own"]
        if interface
        else []
    )
    parts = [*host_parts(inputs, declared), *nginx_parts(inputs, declared)]
    stand_in_notes += [part.note for part in parts]
    return StandIns(
        credentials=credentials,
        replaced=tuple(replaced),
        addresses=tuple(addresses),
        names=tuple(names),
        directories=(*data_roots, *socket_directories),
        programs=tuple(dockerd_paths),
        bridges=tuple(bridges),
        interface=interface,
        parts=tuple(parts),
        stand_in_notes=tuple(stand_in_notes),
        notes=tuple(notes),
    )


def _find_credentials(
    inputs: Input, declared: DeclaredConfig
) -> tuple[Credentials, list[str], list[str], list[str]]:
    """Return the TLS files to make, the input's files they replace, stand-in notes, and notes."""
    daemon: dict[str, Credential] = {}
    replaced: list[str] = []
    stand_in_notes: list[str] = []
    notes: list[str] = []
    paths = {
        name: _paths(inputs.resolve(value.value) for value in values)
        for name, values in declared.tls_files.items()
    }
    certificates, keys, authorities = paths["server-cert"], paths["server-key"], paths["ca"]
    # A certificate is useless without its key. The key is rightly in no repository, so both are
    # made. Keys and certificates are named in pairs, in the same order.
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
            has_key = any(inputs.has(key) for key in keys)
            if has_key:
                notes.append(f"{certificate}: only its key is in the input; nothing stands in")
            else:
                daemon[certificate] = "server-cert"
                stand_in_notes.append(f"{certificate}: a certificate made for this run")
    authority_files, made_notes, authority_notes = _find_authorities(inputs, authorities, daemon)
    daemon |= authority_files
    stand_in_notes += made_notes
    notes += authority_notes
    # One file may be certificate, key and CA at once.
    combined = {*certificates} & {*keys, *authorities} & daemon.keys()
    daemon |= dict.fromkeys(combined, "server-pem")
    if certificate_include(inputs) is not None:
        daemon[CERTIFICATE] = "server-pem"
    client = CLIENT_CREDENTIALS if daemon else {}
    stand_in_notes += _add_proxy_credentials(inputs, daemon)
    if client:
        stand_in_notes.append("/root/.docker on the client: a certificate and key of the lab's CA")
    return Credentials(daemon=daemon, client=client), replaced, stand_in_notes, notes


def _add_proxy_credentials(inputs: Input, daemon: dict[str, Credential]) -> Iterator[str]:
    """Add to `daemon` the files that nginx needs for TLS to a daemon; yield a note for each."""
    for directive, (name, description) in _PROXY_CREDENTIALS.items():
        paths = (each.path for each in nginx.directives(inputs.texts, directive))
        for path in _paths(inputs.resolve(path) for path in paths if path is not None):
            if inputs.lacks(path) and path not in daemon:
                daemon[path] = name
                yield f"{path}: {description}"


def _find_authorities(
    inputs: Input, authorities: Iterable[str], others: Mapping[str, Credential]
) -> tuple[dict[str, Credential], list[str], list[str]]:
    """Return the CAs to make, the stand-in notes about them, and notes on the input's own CAs."""
    credentials: dict[str, Credential] = {}
    stand_in_notes: list[str] = []
    notes: list[str] = []
    for authority in authorities:
        if authority in others:
            stand_in_notes.append(f"{authority}: with the lab's own CA in it")
        elif inputs.lacks(authority):
            credentials[authority] = "ca"
            stand_in_notes.append(f"{authority}: the lab's own CA")
        elif inputs.has(authority):
            notes.append(
                f"{authority}: the input's own CA, without a client's key of it: the client cannot"
                " be authorised here, and is measured as a stranger"
            )
    return credentials, stand_in_notes, notes


def _paths(values: Iterable[str]) -> list[str]:
    """Return the values that are valid absolute paths, without duplicates, in their order."""
    paths = [PurePosixPath(re.sub("^/+", "/", value)) for value in values if value.isprintable()]
    absolute = (str(path) for path in paths if path.is_absolute() and ".." not in path.parts)
    return list(dict.fromkeys(path for path in absolute if path not in _PREINSTALLED))


def _listen_addresses(declared: DeclaredConfig) -> Iterator[str]:
    """Yield the hosts and addresses at which the configuration listens, without ports."""
    for host in declared.hosts:
        if tcp := tcp_address(host.value):
            yield tcp[0]
    # dockerd listens at the metrics address as well.
    for place in declared.values_of("metrics-addr", "--metrics-addr"):
        yield place.rpartition(":")[0].strip("[]")
    for listen in declared.nginx:
        yield listen.host
    for stream in declared.streams:
        if match := re.fullmatch(r"\[?([0-9a-fA-F.:]+?)\]?:\d+", stream.value):
            yield match[1]


def _normalise_address(host: str) -> str:
    """Return an address in its canonical form; return a host name as it is."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _is_another_machine(host: str, settings: Settings) -> bool:
    """Return whether it is an ordinary address that no machine of the lab has."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    is_special = address.is_unspecified or address.is_loopback or address.is_multicast
    is_special = is_special or str(address) == "255.255.255.255"
    lab_addresses = [machine.address for _, machine in settings.machines.items()]
    # The address .1 is this computer's own in the lab's network.
    taken = address in lab_addresses or address == settings.network.network_address + 1
    return not (is_special or taken or address.is_link_local)


def _is_host_name(host: str) -> bool:
    if re.fullmatch(r"[\d.]*|[0-9a-fA-F:]*:[0-9a-fA-F:.]*|localhost", host):
        return False
    return re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", host) is not None


def _data_roots(declared: DeclaredConfig) -> list[str]:
    values = declared.values_of("data-root", "--data-root", "--graph", "-g")
    values += declared.values_of("graph")
    roots = (str(PurePosixPath(root)) for root in values)
    return [root for root in _paths(roots) if root != "/var/lib/docker"]


def _socket_directories(declared: DeclaredConfig) -> list[str]:
    """Return the directories of unix sockets, except in /run, which is empty after each boot."""
    paths = (
        h.value.removeprefix("unix://") for h in declared.hosts if h.value.startswith("unix://")
    )
    directories = _paths(str(PurePosixPath(path).parent) for path in paths)
    return [path for path in directories if not re.match(r"(/var)?/run(/|$)|/$|/tmp$", path)]


def _programs(declared: DeclaredConfig) -> list[str]:
    """Return the absolute paths of the programs in dockerd's command lines."""
    commands = [each for each in (*declared.commands, *declared.others) if each.value.strip()]
    return _paths(command.value.split()[0] for command in commands)


def _dockerd_paths(inputs: Input, declared: DeclaredConfig) -> list[str]:
    return [
        path
        for path in _programs(declared)
        if PurePosixPath(path).name == "dockerd"
        and path not in _PACKAGED_DOCKERD
        and not inputs.has(path)
    ]


def _bridges(declared: DeclaredConfig) -> list[str]:
    """Return the bridges that dockerd uses, except docker0, the only one that it makes itself."""
    names = declared.values_of("bridge", "--bridge", "-b")
    return sorted(
        {bridge for bridge in names if re.fullmatch(r"[\w.-]{1,15}", bridge)} - {"none", "docker0"}
    )
