"""Settings that were accepted and change nothing: what was asked, against what is in effect."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.flags import config_file, flag_values, tcp_place
from dockerd_lab.config.paths import DAEMON_JSON, DEFAULTS
from dockerd_lab.config.ports import port_of
from dockerd_lab.config.value import Place, Value
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.unread import INSTEAD, unread
from dockerd_lab.judge.verdict import NoEffect
from dockerd_lab.observe.observation import DaemonObservation

#: dockerd takes a flag's name for a known key, but reads the key of another name.
SPELLINGS = {
    "add-runtime": "runtimes",
    "authorization-plugin": "authorization-plugins",
    "cluster-store-opt": "cluster-store-opts",
    "default-address-pool": "default-address-pools",
    "default-ulimit": "default-ulimits",
    "dns-opt": "dns-opts",
    "exec-opt": "exec-opts",
    "host": "hosts",
    "insecure-registry": "insecure-registries",
    "label": "labels",
    "log-opt": "log-opts",
    "node-generic-resource": "node-generic-resources",
    "registry-mirror": "registry-mirrors",
    "storage-opt": "storage-opts",
}
#: How systemd says that it ignores a line of a unit: /etc/systemd/system/x.service:7: ….
_IGNORED = re.compile(r"(?P<file>/\S+):(?P<line>\d+): (?P<why>.*ignoring.*)", re.IGNORECASE)
#: Keys that Docker Desktop writes into its own daemon.json.
_DESKTOP = ("builder", "experimental", "features")


def no_effect(inputs: Input, declared: DeclaredConfig, seen: DaemonObservation) -> list[NoEffect]:
    """What the configuration says without effect, where the daemon runs with it.

    A daemon that does not start, or runs on with the old configuration, has an error to tell.
    """
    if seen.outcome.daemon != "active" or seen.command is None:
        return []
    found = [
        *_another_file(inputs, seen.command),
        *unread(inputs, declared.daemon_json.file),
        *_ignored_by_systemd(inputs, seen),
        *_overridden(inputs, declared, seen.command),
        *_options(inputs, declared, seen.command),
        *_variables(inputs, declared, seen.command),
        *_spellings(inputs, declared),
        *_repeated(inputs, declared),
        *_no_listener(inputs, declared, seen),
        *_tls(inputs, declared, seen),
        *_owner_of_a_port(inputs),
    ]
    return list({(each.setting, each.where): each for each in found}.values())


def desktop_note(declared: DeclaredConfig) -> list[str]:
    """A note where daemon.json looks like Docker Desktop's, which has no `hosts`."""
    if "hosts" in declared.daemon_json.values and all(
        key in declared.daemon_json.values for key in _DESKTOP
    ):
        return ["hosts: Docker Desktop for Windows or Mac does not support it in daemon.json"]
    return []


def _another_file(inputs: Input, command: str) -> Iterator[NoEffect]:
    read = config_file(command)
    if read != DAEMON_JSON and inputs.has(DAEMON_JSON):
        yield _found(
            inputs,
            "daemon.json",
            f"dockerd reads {read} (--config-file), and not {DAEMON_JSON}",
            "Install the file there, or drop --config-file.",
            Place(DAEMON_JSON),
        )


def _ignored_by_systemd(inputs: Input, seen: DaemonObservation) -> Iterator[NoEffect]:
    """Lines of the input's units that systemd says it ignores."""
    for message in [*seen.socket_log, *(entry.message for entry in seen.journal)]:
        said = _IGNORED.match(message)
        # Of what stands before a section, `unread` tells.
        if (
            said is None
            or said["file"] not in inputs.origins
            or "outside of section" in said["why"]
        ):
            continue
        key = re.search("Unknown key(?: name)? '(.+?)'", said["why"])
        yield _found(
            inputs,
            key[1] if key else PurePosixPath(said["file"]).name,
            f"systemd says: {said['why']}",
            "Correct the line; one that goes on in the next ends with a backslash.",
            Place(said["file"], int(said["line"])),  # of several that belong together, the last
        )


def _overridden(inputs: Input, declared: DeclaredConfig, command: str) -> Iterator[NoEffect]:
    """An ExecStart= in the input that is not how dockerd was started."""
    if inputs.command is not None:
        return
    counts = {(c.place.file, c.place.line) for c in declared.commands}
    for start in units.of_unit("docker.service", inputs.texts):
        if start.key != "ExecStart" or not start.value:
            continue
        words = units.words(start.value)
        if "docker" not in "".join(words[:1]):
            continue  # a shell or `env` starts it, and what it is given is not to be read here
        counted = (start.file, start.line) in counts
        # The input's own drop-in takes the place of the input's own unit: that is what it is for.
        meant = not counted and start.file.endswith("/docker.service")
        if not meant and (not counted or _missing(words[1:], command)):
            yield _found(
                inputs,
                "ExecStart",
                f"this ExecStart= is overridden by another file; dockerd runs as {command}",
                "Keep one drop-in that sets ExecStart=; of several the last by name counts.",
                Place(start.file, start.line),
            )


def _options(inputs: Input, declared: DeclaredConfig, command: str) -> Iterator[NoEffect]:
    for option in declared.options:
        yield from _not_passed_on(inputs, "DOCKER_OPTS", option, command)


def _variables(inputs: Input, declared: DeclaredConfig, command: str) -> Iterator[NoEffect]:
    """Options in another variable than DOCKER_OPTS, or in that one, that no ExecStart= has."""
    told = {option.place.file for option in declared.options}
    unit = units.of_unit("docker.service", inputs.texts)
    for each in units.variables(unit, [DEFAULTS], inputs.texts):
        options = any(word.startswith("-") for word in each.value.split())
        if options and not (each.key == "DOCKER_OPTS" and each.file in told):
            option = Value(each.value, Place(each.file, each.line))
            yield from _not_passed_on(inputs, each.key, option, command)


def _not_passed_on(inputs: Input, name: str, option: Value, command: str) -> Iterator[NoEffect]:
    if missing := _missing(option.value.split(), command):
        message = f"the unit does not pass {name} on: {' '.join(missing)} is not in {command}"
        yield _found(inputs, name, message, INSTEAD, option.place)


def _spellings(inputs: Input, declared: DeclaredConfig) -> Iterator[NoEffect]:
    for key in declared.daemon_json.values:
        if key in SPELLINGS:
            yield _found(
                inputs,
                key,
                f"{key} is the flag's name; in daemon.json it is accepted and ignored",
                f"Call it {SPELLINGS[key]}.",
                _key(inputs, declared, key),
            )


def _repeated(inputs: Input, declared: DeclaredConfig) -> Iterator[NoEffect]:
    """Keys that daemon.json has twice: Go's encoding/json, and so dockerd, keeps the last."""
    for key, count in Counter(declared.daemon_json.keys).items():
        if count > 1 and not isinstance(declared.daemon_json.values[key], dict):  # those are joined
            message = f"{key} is in the file more than once: the last counts"
            yield _found(inputs, key, message, "Keep one.", _key(inputs, declared, key))


def _no_listener(
    inputs: Input, declared: DeclaredConfig, seen: DaemonObservation
) -> Iterator[NoEffect]:
    """A TCP host or stream of the input, or a `listen` of nginx's, at which nobody listens."""
    ports = {
        port_of(listener.address) for listener in seen.listeners if listener.protocol != "unix"
    }
    hosts = ", ".join(seen.hosts) or "none"
    fix = f"See what is in effect: the running dockerd's hosts are {hosts}."
    wanted = [(h, place[1], fix) for h in declared.hosts if (place := tcp_place(h.value))]
    wanted += [(s, port, fix) for s in declared.streams if (port := port_of(s.value)) is not None]
    nginx = seen.services.get("nginx.service")
    if nginx is not None and nginx.active:
        fix = "nginx reads sites-enabled, not sites-available: nginx -T shows what it has read."
        for listen in declared.nginx:
            place_of = Value(f"listen {listen.port}", Place(listen.file, listen.line))
            wanted.append((place_of, listen.port, fix))
    for host, port, remedy in wanted:
        if port not in ports:
            message = f"nothing listens on port {port}, which is asked for here"
            yield _found(inputs, host.value, message, remedy, host.place)


def _tls(inputs: Input, declared: DeclaredConfig, seen: DaemonObservation) -> Iterator[NoEffect]:
    """TLS of dockerd's, where it has unix sockets only; a CA of which nobody is asked anything."""
    keys = [
        k
        for k in declared.daemon_json.values
        if k.startswith("tls") and declared.daemon_json.values[k]
    ]
    places = [(key, _key(inputs, declared, key)) for key in keys]
    for line in declared.lines:
        flags = [word.split("=")[0] for word in line.value.split() if word.startswith("--tls")]
        places += [(flag, line.place) for flag in flags]
    owners = ("dockerd", "init", "systemd")
    if any(s.protocol != "unix" and s.program in owners for s in seen.listeners):
        # Measured: with tlsverify alone left out, clients must have a certificate all the same.
        off = declared.daemon_json.values.get("tlsverify") is False
        if off or "false" in flag_values(seen.command or "", "--tlsverify"):
            for name, where in places:
                if name.removeprefix("--") == "tlscacert":
                    message = "tlsverify is off: no client is asked for a certificate of that CA"
                    fix = "Set tlsverify to true, and outsiders are kept out."
                    yield _found(inputs, name, message, fix, where)
    elif places:
        names = ", ".join(dict.fromkeys(name for name, _ in places))
        yield _found(
            inputs,
            names,
            "TLS protects TCP only, and dockerd has no TCP listener",
            "Add a tcp:// host, or drop the TLS settings.",
            places[0][1],
        )


def _owner_of_a_port(inputs: Input) -> Iterator[NoEffect]:
    """Mode and owner of a socket unit that has ports only: they are about a socket's file."""
    for name in units.sockets(inputs.texts):
        unit = units.of_unit(name, inputs.texts)
        # A drop-in that adds a port leaves the packaged unit's path.
        whole = any(file.endswith(f"/system/{name}") for file in inputs.origins)
        replaced = any(each.key == "ListenStream" and not each.value for each in unit)
        streams = [each.value for each in units.in_effect(unit, "ListenStream")]
        if not streams or not (whole or replaced) or None in map(port_of, streams):
            continue
        for key in ("SocketMode", "SocketUser", "SocketGroup"):
            for each in units.in_effect(unit, key):
                message = f"{name} has no socket file: {key}= does not say who may use a port"
                fix = "Protect the port: with TLS, a firewall, or 127.0.0.1."
                yield _found(inputs, key, message, fix, Place(each.file, each.line))


def _missing(wanted: Iterable[str], command: str) -> list[str]:
    """The words that a command line does not have; a variable or `%h` may be anything."""
    present = command.split()
    return [word for word in wanted if not {"$", "%"} & set(word) and word not in present]


def _key(inputs: Input, declared: DeclaredConfig, key: str) -> Place:
    """Where the file that dockerd reads has a key."""
    return declared.daemon_json.place(key)


def _found(inputs: Input, setting: str, message: str, fix: str, where: Place) -> NoEffect:
    return NoEffect(setting=setting, message=message, fix=fix, where=inputs.user_path(where))
