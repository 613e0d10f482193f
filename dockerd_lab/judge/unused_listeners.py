"""Finds declared listeners on which nothing listens, and settings that protect no listener."""

from collections.abc import Collection, Iterator, Sequence

from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.flags import flag_values, tcp_address
from dockerd_lab.config.ports import port_of
from dockerd_lab.config.value import Place, Value
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect


def find_ports_without_listener(
    inputs: Input,
    declared: DeclaredConfig,
    ports: Collection[int | None],
    running_hosts: Sequence[str],
    *,
    has_nginx: bool,
) -> Iterator[NoEffect]:
    """Yield each TCP host, ListenStream= or nginx `listen` on whose port nothing listens.

    `ports` are those on which something listens, `running_hosts` the running dockerd's hosts;
    `has_nginx` tells whether nginx runs.
    """
    hosts = ", ".join(running_hosts) or "none"
    fix = f"See what is in effect: the running dockerd's hosts are {hosts}."
    declared_ports = [(h, place[1], fix) for h in declared.hosts if (place := tcp_address(h.value))]
    declared_ports += [
        (s, port, fix) for s in declared.streams if (port := port_of(s.value)) is not None
    ]
    if has_nginx:
        fix = "nginx reads sites-enabled, not sites-available: nginx -T shows what it has read."
        for listen in declared.nginx:
            value = Value(f"listen {listen.port}", Place(listen.file, listen.line))
            declared_ports.append((value, listen.port, fix))
    for host, port, remedy in declared_ports:
        if port not in ports:
            message = f"nothing listens on port {port}, which is asked for here"
            yield no_effect(inputs, host.value, message, remedy, host.place)


def find_unused_tls(
    inputs: Input, declared: DeclaredConfig, command: str, *, has_tcp: bool
) -> Iterator[NoEffect]:
    """Yield the TLS settings of a dockerd without TCP, and a CA that no client has to satisfy.

    `command` is the running dockerd's command line; `has_tcp` tells whether it, or systemd for it,
    listens on TCP.
    """
    keys = [
        k
        for k in declared.daemon_json.values
        if k.startswith("tls") and declared.daemon_json.values[k]
    ]
    places = [(key, declared.daemon_json.place_of_key(key)) for key in keys]
    for line in declared.lines:
        flags = [word.split("=")[0] for word in line.value.split() if word.startswith("--tls")]
        places += [(flag, line.place) for flag in flags]
    if has_tcp:
        # Measured: if tlsverify is only left out, clients still need a certificate.
        off = declared.daemon_json.values.get("tlsverify") is False
        if off or "false" in flag_values(command, "--tlsverify"):
            for name, where in places:
                if name.removeprefix("--") == "tlscacert":
                    message = "tlsverify is off: no client is asked for a certificate of that CA"
                    fix = "Set tlsverify to true, and outsiders are kept out."
                    yield no_effect(inputs, name, message, fix, where)
    elif places:
        names = ", ".join(dict.fromkeys(name for name, _ in places))
        yield no_effect(
            inputs,
            names,
            "TLS protects TCP only, and dockerd has no TCP listener",
            "Add a tcp:// host, or drop the TLS settings.",
            places[0][1],
        )


def find_file_settings_of_ports(inputs: Input) -> Iterator[NoEffect]:
    """Yield SocketMode=, SocketUser= and SocketGroup= of a socket unit that has only ports."""
    for name in units.socket_unit_names(inputs.texts):
        unit = units.read_unit(name, inputs.texts)
        # With a drop-in that only adds a port, the packaged unit's socket file remains.
        whole_unit = any(file.endswith(f"/system/{name}") for file in inputs.origins)
        replaced = any(each.key == "ListenStream" and not each.value for each in unit)
        streams = [each.value for each in units.in_effect(unit, "ListenStream")]
        if not streams or not (whole_unit or replaced) or None in map(port_of, streams):
            continue
        for key in ("SocketMode", "SocketUser", "SocketGroup"):
            for each in units.in_effect(unit, key):
                message = f"{name} has no socket file: {key}= does not say who may use a port"
                fix = "Protect the port: with TLS, a firewall, or 127.0.0.1."
                yield no_effect(inputs, key, message, fix, Place(each.file, each.line))
