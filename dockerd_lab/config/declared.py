"""Reads what configuration files declare: hosts, TLS files and options, each with its place."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config import nginx, proxies, units
from dockerd_lab.config.daemon_json import DaemonJson, read_daemon_json, strings
from dockerd_lab.config.docker_options import docker_options, options_of_environment
from dockerd_lab.config.dockerd_command import DockerdCommand
from dockerd_lab.config.flags import config_file, flag_values
from dockerd_lab.config.paths import HOME
from dockerd_lab.config.value import Place, Value

#: The files of TLS: for each, dockerd's flag and key in daemon.json, and nginx's directives.
TLS_FILES = {
    "ca": ("tlscacert", "ssl_client_certificate", "ssl_trusted_certificate"),
    "server-cert": ("tlscert", "ssl_certificate"),
    "server-key": ("tlskey", "ssl_certificate_key"),
}
#: What turns TLS on, as a flag or as a key of daemon.json.
TLS_SWITCHES = ("tls", "tlsverify")
#: The place of everything in a command that was given with `--command`.
COMMAND_PLACE = "--command"


@dataclass(frozen=True)
class DeclaredConfig:
    """Everything that a configuration declares, whether it has an effect or not."""

    texts: Mapping[str, str]
    """The texts of the files, by their path on the machine."""
    command: DockerdCommand | None
    """The command of a dockerd that is started by hand instead of its unit."""
    daemon_json: DaemonJson
    """daemon.json, or the file that --config-file names."""
    commands: tuple[Value, ...]
    """The command lines of dockerd: that of `command`, or each ExecStart= that is in effect."""
    options: tuple[Value, ...]
    """DOCKER_OPTS in /etc/default/docker, or in the environment of the packaged ExecStart=."""
    hosts: tuple[Value, ...]
    """dockerd's hosts, from flags, daemon.json and options."""
    streams: tuple[Value, ...]
    """ListenStream= of socket units."""
    nginx: tuple[nginx.Listen, ...]
    """nginx's TCP listeners."""
    tls_files: Mapping[str, tuple[Value, ...]]
    """The files of TLS by credential: `ca`, `server-cert`, `server-key`."""
    tls: bool
    """Whether TLS is turned on for a dockerd."""
    others: tuple[Value, ...] = ()
    """The command lines of dockerd in other units than docker.service."""

    @property
    def lines(self) -> list[Value]:
        """Return all command lines and options with flags of dockerd, as command lines."""
        return _lines(self.commands, self.options)

    def values_of(self, key: str, *flags: str) -> list[str]:
        """Return the values of a setting, from daemon.json's key and from the flags."""
        file_value = self.daemon_json.values.get(key)
        values = [file_value] if isinstance(file_value, str) else []
        lines = (*self.lines, *self.others)
        return values + [v for line in lines for v in flag_values(line.value, *flags)]

    @property
    def client_command(self) -> str | None:
        """Return the command line that starts the docker client, if there is one.

        No daemon comes from it: only before 2017 `docker daemon` started the daemon.
        """
        commands = (command.value for command in self.commands)
        return next((c for c in commands if re.match(r"\S*\bdocker\s+(daemon|-d)\b", c)), None)


def read_config(texts: Mapping[str, str], command: DockerdCommand | None = None) -> DeclaredConfig:
    """Read what configuration files declare, and the command of a dockerd started by hand.

    `texts` are the texts by path on the machine. No error is raised: a file that cannot be parsed
    declares nothing.
    """
    commands = tuple(_commands(texts, command))
    options = docker_options(texts)
    if not commands and not options:
        options = options_of_environment(texts)
    lines = _lines(commands, options)
    file = config_file(*(line.value for line in lines))
    if command is not None:
        file = str(PurePosixPath(HOME) / file)
    daemon_json = read_daemon_json(file, texts.get(file, ""))
    others = tuple(_other_commands(texts))
    # A daemon.json that several daemons read is docker.service's here.
    daemons = [(daemon_json, lines)]
    for line in others:
        other_file = config_file(line.value)
        text = texts.get(other_file, "") if other_file != file else ""
        daemons.append((read_daemon_json(other_file, text), [line]))
    return DeclaredConfig(
        texts=texts,
        command=command,
        daemon_json=daemon_json,
        commands=commands,
        options=options,
        hosts=tuple(host for daemon in daemons for host in _hosts(*daemon)),
        streams=tuple(_listen_streams(texts)),
        nginx=tuple(nginx.listens(texts)),
        tls_files={
            name: (
                *(value for daemon in daemons for value in _tls_file(*daemon, flag)),
                *_nginx_values(texts, directives),
                *proxies.tls_files(texts, name),
            )
            for name, (flag, *directives) in TLS_FILES.items()
        },
        tls=any(_is_switched_on(*each, switch) for each in daemons for switch in TLS_SWITCHES),
        others=others,
    )


def _commands(texts: Mapping[str, str], command: DockerdCommand | None) -> Iterator[Value]:
    if command is not None:
        yield Value(shlex.join(command.words), Place(COMMAND_PLACE))
        return
    # systemd refuses a unit with two ExecStart=, but both are declared.
    unit = units.read_unit("docker.service", texts)
    variables = units.environment(unit, texts)
    if docker_options(texts):
        variables.pop("DOCKER_OPTS", None)  # is declared as an option, with its own place
    for start in units.in_effect(unit, "ExecStart"):
        words = " ".join(units.words(start.value, variables))
        yield Value(words, Place(start.file, start.line))


def _other_commands(texts: Mapping[str, str]) -> Iterator[Value]:
    """Yield the command lines of dockerd in units of their own."""
    paths = (PurePosixPath(file) for file in texts if "/systemd/system" in file)
    names = {path.name for path in paths if path.suffix == ".service"} - {"docker.service"}
    for name in sorted(names):
        unit = units.read_unit(name, texts)
        variables = units.environment(unit, texts)
        for start in units.in_effect(unit, "ExecStart"):
            words = units.words(start.value, variables)
            if words and PurePosixPath(words[0]).name == "dockerd":
                yield Value(" ".join(words), Place(start.file, start.line))


def _hosts(daemon_json: DaemonJson, lines: Iterable[Value]) -> Iterator[Value]:
    for host in strings(daemon_json.values.get("hosts")):
        yield Value(host, daemon_json.place_of_key("hosts", host))
    for line in lines:
        for host in flag_values(line.value, "-H", "--host"):
            yield Value(host, line.place)


def _lines(commands: Iterable[Value], options: Iterable[Value]) -> list[Value]:
    return [*commands, *(Value(f"dockerd {o.value}", o.place) for o in options)]


def _listen_streams(texts: Mapping[str, str]) -> Iterator[Value]:
    for unit in units.socket_unit_names(texts):
        for stream in units.in_effect(units.read_unit(unit, texts), "ListenStream"):
            yield Value(stream.value, Place(stream.file, stream.line))


def _tls_file(daemon_json: DaemonJson, lines: list[Value], flag: str) -> Iterator[Value]:
    """Yield the paths of a TLS file, from its key in daemon.json and from its flag."""
    file_value = daemon_json.values.get(flag)
    if isinstance(file_value, str) and file_value:
        yield Value(file_value, daemon_json.place_of_key(flag))
    for line in lines:
        for path in flag_values(line.value, f"--{flag}"):
            # A dockerd that is started by hand runs in HOME, where relative paths begin.
            is_typed = line.place.file == COMMAND_PLACE
            if not path or (is_typed and path.startswith("~")):
                continue  # a shell does not expand `~` after a `=`, so dockerd finds no such file
            yield Value(str(PurePosixPath(HOME) / path) if is_typed else path, line.place)


def _nginx_values(texts: Mapping[str, str], names: Iterable[str]) -> Iterator[Value]:
    for name in names:
        for directive in nginx.directives(texts, name):
            if directive.path is not None:
                yield Value(directive.path, Place(directive.file, directive.line))


def _is_switched_on(daemon_json: DaemonJson, lines: list[Value], switch: str) -> bool:
    """Return whether a switch turns TLS on; in dockerd's source, any value of `tlsverify` does."""
    off = (False, f"--{switch}=false") if switch == "tls" else ()
    flags = (word for line in lines for word in line.value.split())
    file_values = daemon_json.values
    return (switch in file_values and file_values[switch] not in off) or any(
        word.split("=")[0] == f"--{switch}" and word not in off for word in flags
    )
