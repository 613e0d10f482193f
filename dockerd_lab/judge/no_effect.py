"""Finds settings that were accepted and have no effect.

It compares what the configuration declares with what the running daemon does.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.flags import config_file, flag_values, tcp_place
from dockerd_lab.config.paths import DAEMON_JSON, DEFAULTS
from dockerd_lab.config.ports import port_of
from dockerd_lab.config.value import Place, Value
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.apparmor import find_unused_profiles
from dockerd_lab.judge.login_variables import find_login_variables
from dockerd_lab.judge.no_protection import find_no_protection
from dockerd_lab.judge.unnamed import find_unnamed_files
from dockerd_lab.judge.unread import MOVE_OPTIONS, find_unread_files
from dockerd_lab.judge.verdict import NoEffect
from dockerd_lab.observe.observation import DaemonObservation

#: Flags whose key in daemon.json has another name. dockerd accepts the flag's name there, too, but
#: ignores it.
KEY_OF_FLAG = {
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
#: systemd's message that it ignores a line of a unit: /etc/systemd/system/x.service:7: ….
_IGNORED = re.compile(r"(?P<file>/\S+):(?P<line>\d+): (?P<why>.*ignoring.*)", re.IGNORECASE)
#: Keys that Docker Desktop writes into its own daemon.json.
_DESKTOP = ("builder", "experimental", "features")


def find_no_effect(
    inputs: Input,
    declared: DeclaredConfig,
    daemon: DaemonObservation,
    scripts: Collection[str] = (),
) -> list[NoEffect]:
    """Return the settings without effect, or none if the daemon does not run with them.

    `scripts` are the texts of the user's scripts.

    If the daemon does not start, or still runs with the old configuration, its error matters.
    """
    if daemon.outcome.daemon != "active" or daemon.command is None:
        return []
    entries = [
        *_unread_daemon_json(inputs, daemon.command),
        *find_unnamed_files(inputs, scripts),
        *find_unread_files(inputs, declared.daemon_json.path),
        *find_no_protection(inputs, scripts),
        *find_login_variables(inputs),
        *find_unused_profiles(inputs, scripts),
        *_lines_ignored_by_systemd(inputs, daemon),
        *_overridden_commands(inputs, declared, daemon.command),
        *_docker_opts(inputs, declared, daemon.command),
        *_other_variables(inputs, declared, daemon.command),
        *_flag_names(inputs, declared),
        *_repeated_keys(inputs, declared),
        *_ports_without_listener(inputs, declared, daemon),
        *_unused_tls(inputs, declared, daemon),
        *_file_settings_of_ports(inputs),
    ]
    return list({(each.setting, each.where): each for each in entries}.values())


def docker_desktop_notes(declared: DeclaredConfig) -> list[str]:
    """Return a note if daemon.json looks like Docker Desktop's and sets `hosts`."""
    if "hosts" in declared.daemon_json.values and all(
        key in declared.daemon_json.values for key in _DESKTOP
    ):
        return ["hosts: Docker Desktop for Windows or Mac does not support it in daemon.json"]
    return []


def _unread_daemon_json(inputs: Input, command: str) -> Iterator[NoEffect]:
    read_path = config_file(command)
    if read_path != DAEMON_JSON and inputs.has(DAEMON_JSON):
        yield _entry(
            inputs,
            "daemon.json",
            f"dockerd reads {read_path} (--config-file), and not {DAEMON_JSON}",
            "Install the file there, or drop --config-file.",
            Place(DAEMON_JSON),
        )


def _lines_ignored_by_systemd(inputs: Input, daemon: DaemonObservation) -> Iterator[NoEffect]:
    """Yield the lines of the input's units that systemd says it ignores."""
    for message in [*daemon.socket_log, *(entry.message for entry in daemon.journal)]:
        match = _IGNORED.match(message)
        # Lines before the first section are the business of judge/unread.py.
        if (
            match is None
            or match["file"] not in inputs.origins
            or "outside of section" in match["why"]
        ):
            continue
        key = re.search("Unknown key(?: name)? '(.+?)'", match["why"])
        yield _entry(
            inputs,
            key[1] if key else PurePosixPath(match["file"]).name,
            f"systemd says: {match['why']}",
            "Correct the line; one that goes on in the next ends with a backslash.",
            Place(match["file"], int(match["line"])),  # of continued lines it is the last
        )


def _overridden_commands(
    inputs: Input, declared: DeclaredConfig, command: str
) -> Iterator[NoEffect]:
    """Yield each ExecStart= of the input with which dockerd was not started."""
    if inputs.command is not None:
        return
    effective = {(c.place.file, c.place.line) for c in declared.commands}
    for start in units.read_unit("docker.service", inputs.texts):
        if start.key != "ExecStart" or not start.value:
            continue
        words = units.words(start.value)
        if "docker" not in "".join(words[:1]):
            continue  # a shell or `env` starts dockerd, and its arguments are not known here
        is_effective = (start.file, start.line) in effective
        # A drop-in of the input is meant to replace the ExecStart= of the input's own unit.
        is_meant = not is_effective and start.file.endswith("/docker.service")
        if not is_meant and (not is_effective or _missing_words(words[1:], command)):
            yield _entry(
                inputs,
                "ExecStart",
                f"this ExecStart= is overridden by another file; dockerd runs as {command}",
                "Keep one drop-in that sets ExecStart=; of several the last by name counts.",
                Place(start.file, start.line),
            )


def _docker_opts(inputs: Input, declared: DeclaredConfig, command: str) -> Iterator[NoEffect]:
    for option in declared.options:
        yield from _not_passed_on(inputs, "DOCKER_OPTS", option, command)


def _other_variables(inputs: Input, declared: DeclaredConfig, command: str) -> Iterator[NoEffect]:
    """Yield the variables with options, besides DOCKER_OPTS, that no ExecStart= passes on.

    DOCKER_OPTS is included for a file from which `declared` does not take it.
    """
    docker_opts_files = {option.place.file for option in declared.options}
    unit = units.read_unit("docker.service", inputs.texts)
    for each in units.variables(unit, [DEFAULTS], inputs.texts):
        options = any(word.startswith("-") for word in each.value.split())
        if options and not (each.key == "DOCKER_OPTS" and each.file in docker_opts_files):
            option = Value(each.value, Place(each.file, each.line))
            yield from _not_passed_on(inputs, each.key, option, command)


def _not_passed_on(inputs: Input, name: str, option: Value, command: str) -> Iterator[NoEffect]:
    if missing := _missing_words(option.value.split(), command):
        message = f"the unit does not pass {name} on: {' '.join(missing)} is not in {command}"
        yield _entry(inputs, name, message, MOVE_OPTIONS, option.place)


def _flag_names(inputs: Input, declared: DeclaredConfig) -> Iterator[NoEffect]:
    for key in declared.daemon_json.values:
        if key in KEY_OF_FLAG:
            yield _entry(
                inputs,
                key,
                f"{key} is the flag's name; in daemon.json it is accepted and ignored",
                f"Call it {KEY_OF_FLAG[key]}.",
                declared.daemon_json.place_of_key(key),
            )


def _repeated_keys(inputs: Input, declared: DeclaredConfig) -> Iterator[NoEffect]:
    """Yield the keys that daemon.json has more than once: dockerd uses the last one."""
    for key, count in Counter(declared.daemon_json.keys).items():
        # Go's encoding/json merges objects, and keeps the last of any other values.
        if count > 1 and not isinstance(declared.daemon_json.values[key], dict):
            message = f"{key} is in the file more than once: the last counts"
            yield _entry(inputs, key, message, "Keep one.", declared.daemon_json.place_of_key(key))


def _ports_without_listener(
    inputs: Input, declared: DeclaredConfig, daemon: DaemonObservation
) -> Iterator[NoEffect]:
    """Yield each TCP host, ListenStream= or nginx `listen` on whose port nothing listens."""
    ports = {
        port_of(listener.address) for listener in daemon.listeners if listener.protocol != "unix"
    }
    hosts = ", ".join(daemon.hosts) or "none"
    fix = f"See what is in effect: the running dockerd's hosts are {hosts}."
    declared_ports = [(h, place[1], fix) for h in declared.hosts if (place := tcp_place(h.value))]
    declared_ports += [
        (s, port, fix) for s in declared.streams if (port := port_of(s.value)) is not None
    ]
    nginx = daemon.services.get("nginx.service")
    if nginx is not None and nginx.active:
        fix = "nginx reads sites-enabled, not sites-available: nginx -T shows what it has read."
        for listen in declared.nginx:
            value = Value(f"listen {listen.port}", Place(listen.file, listen.line))
            declared_ports.append((value, listen.port, fix))
    for host, port, remedy in declared_ports:
        if port not in ports:
            message = f"nothing listens on port {port}, which is asked for here"
            yield _entry(inputs, host.value, message, remedy, host.place)


def _unused_tls(
    inputs: Input, declared: DeclaredConfig, daemon: DaemonObservation
) -> Iterator[NoEffect]:
    """Yield the TLS settings of a dockerd without TCP, and a CA that no client has to satisfy."""
    keys = [
        k
        for k in declared.daemon_json.values
        if k.startswith("tls") and declared.daemon_json.values[k]
    ]
    places = [(key, declared.daemon_json.place_of_key(key)) for key in keys]
    for line in declared.lines:
        flags = [word.split("=")[0] for word in line.value.split() if word.startswith("--tls")]
        places += [(flag, line.place) for flag in flags]
    owners = ("dockerd", "init", "systemd")
    if any(s.protocol != "unix" and s.program in owners for s in daemon.listeners):
        # Measured: if tlsverify is only left out, clients still need a certificate.
        off = declared.daemon_json.values.get("tlsverify") is False
        if off or "false" in flag_values(daemon.command or "", "--tlsverify"):
            for name, where in places:
                if name.removeprefix("--") == "tlscacert":
                    message = "tlsverify is off: no client is asked for a certificate of that CA"
                    fix = "Set tlsverify to true, and outsiders are kept out."
                    yield _entry(inputs, name, message, fix, where)
    elif places:
        names = ", ".join(dict.fromkeys(name for name, _ in places))
        yield _entry(
            inputs,
            names,
            "TLS protects TCP only, and dockerd has no TCP listener",
            "Add a tcp:// host, or drop the TLS settings.",
            places[0][1],
        )


def _file_settings_of_ports(inputs: Input) -> Iterator[NoEffect]:
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
                yield _entry(inputs, key, message, fix, Place(each.file, each.line))


def _missing_words(words: Iterable[str], command: str) -> list[str]:
    """Return the wanted words that are not in a command line, except those with `$` or `%`."""
    present = command.split()
    return [word for word in words if not {"$", "%"} & set(word) and word not in present]


def _entry(inputs: Input, setting: str, message: str, fix: str, where: Place) -> NoEffect:
    """Return the verdict's entry for a setting, with its place as the user named the file."""
    return NoEffect(setting=setting, message=message, fix=fix, where=inputs.user_path(where))
