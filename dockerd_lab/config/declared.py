"""What configuration files declare: hosts, TLS files, options; each with its place."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config import nginx, units
from dockerd_lab.config.daemon_json import DaemonJson, read_daemon_json, strings
from dockerd_lab.config.docker_options import docker_options, options_of_environment
from dockerd_lab.config.dockerd_command import DockerdCommand
from dockerd_lab.config.flags import config_file, flag_values
from dockerd_lab.config.paths import HOME
from dockerd_lab.config.value import Place, Value

#: The parts of TLS that are files: dockerd's flag and key, and nginx's directives, for each.
TLS_FILES = {
    "ca": ("tlscacert", "ssl_client_certificate", "ssl_trusted_certificate"),
    "server-cert": ("tlscert", "ssl_certificate"),
    "server-key": ("tlskey", "ssl_certificate_key"),
}
#: What turns TLS on, as flags and as keys of daemon.json.
TLS_SWITCHES = ("tls", "tlsverify")
#: The place of what was typed.
TYPED = "--command"


@dataclass(frozen=True)
class DeclaredConfig:
    """What the whole configuration declares, whether it will have an effect or not."""

    texts: Mapping[str, str]
    """The files it is read from, by their path on the machine."""
    command: DockerdCommand | None
    """A dockerd that is started by hand, instead of its unit."""
    daemon_json: DaemonJson
    """daemon.json, or what --config-file names."""
    commands: tuple[Value, ...]
    """The command lines of dockerd: typed, or ExecStart= of the given units that counts."""
    options: tuple[Value, ...]
    """DOCKER_OPTS in /etc/default/docker, or in the environment of the packaged ExecStart=."""
    hosts: tuple[Value, ...]
    """From flags, daemon.json and options."""
    streams: tuple[Value, ...]
    """ListenStream= of socket units."""
    nginx: tuple[nginx.Listen, ...]
    """Where nginx listens."""
    tls_files: Mapping[str, tuple[Value, ...]]
    """The files of TLS by credential: `ca`, `server-cert`, `server-key`."""
    tls: bool
    """Whether dockerd is to speak TLS."""

    @property
    def lines(self) -> list[Value]:
        """All that gives dockerd flags, as command lines."""
        return _lines(self.commands, self.options)

    def values_of(self, key: str, *flags: str) -> list[str]:
        """The values of a setting: of daemon.json's key, and of the flags."""
        in_file = self.daemon_json.values.get(key)
        values = [in_file] if isinstance(in_file, str) else []
        return values + [v for line in self.lines for v in flag_values(line.value, *flags)]

    @property
    def client_command(self) -> str | None:
        """The command line that starts the docker client, as the daemon was started before 2017.

        From the client no daemon comes; None where no command line is of that kind.
        """
        commands = (command.value for command in self.commands)
        return next((c for c in commands if re.match(r"\S*\bdocker\s+(daemon|-d)\b", c)), None)


def read_config(texts: Mapping[str, str], command: DockerdCommand | None = None) -> DeclaredConfig:
    """Read what configuration files declare, and the command of a dockerd started by hand.

    `texts` are the files by their path on the machine. Nothing is an error: what cannot be read
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
    in_file = strings(daemon_json.values.get("hosts"))
    hosts = [Value(host, daemon_json.place("hosts", host)) for host in in_file]
    hosts += [Value(h, c.place) for c in lines for h in flag_values(c.value, "-H", "--host")]
    return DeclaredConfig(
        texts=texts,
        command=command,
        daemon_json=daemon_json,
        commands=commands,
        options=options,
        hosts=tuple(hosts),
        streams=tuple(_streams(texts)),
        nginx=tuple(nginx.listens(texts)),
        tls_files={
            name: (
                *_tls_file(daemon_json, lines, flag),
                *_of_nginx(texts, directives),
            )
            for name, (flag, *directives) in TLS_FILES.items()
        },
        tls=any(_switched_on(daemon_json, lines, switch) for switch in TLS_SWITCHES),
    )


def _commands(texts: Mapping[str, str], command: DockerdCommand | None) -> Iterator[Value]:
    if command is not None:
        yield Value(shlex.join(command.words), Place(TYPED))
        return
    # systemd refuses a unit with two; both were declared.
    unit = units.of_unit("docker.service", texts)
    variables = units.environment(unit, texts)
    if docker_options(texts):
        variables.pop("DOCKER_OPTS", None)  # is told of by itself, with its own place
    for start in units.in_effect(unit, "ExecStart"):
        words = " ".join(units.words(start.value, variables))
        yield Value(words, Place(start.file, start.line))


def _lines(commands: Iterable[Value], options: Iterable[Value]) -> list[Value]:
    return [*commands, *(Value(f"dockerd {o.value}", o.place) for o in options)]


def _streams(texts: Mapping[str, str]) -> Iterator[Value]:
    for unit in units.sockets(texts):
        for stream in units.in_effect(units.of_unit(unit, texts), "ListenStream"):
            yield Value(stream.value, Place(stream.file, stream.line))


def _tls_file(daemon_json: DaemonJson, lines: list[Value], flag: str) -> Iterator[Value]:
    """The values of one of dockerd's flags that name a file of TLS."""
    in_file = daemon_json.values.get(flag)
    if isinstance(in_file, str) and in_file:
        yield Value(in_file, daemon_json.place(flag))
    for line in lines:
        for path in flag_values(line.value, f"--{flag}"):
            # Who starts dockerd by hand does it where the files are.
            typed = line.place.file == TYPED
            if not path or (typed and path.startswith("~")):
                continue  # no shell puts a home there, after a `=`: dockerd will not find it
            yield Value(str(PurePosixPath(HOME) / path) if typed else path, line.place)


def _of_nginx(texts: Mapping[str, str], names: Iterable[str]) -> Iterator[Value]:
    for name in names:
        for directive in nginx.directives(texts, name):
            if directive.path is not None:
                yield Value(directive.path, Place(directive.file, directive.line))


def _switched_on(daemon_json: DaemonJson, lines: list[Value], switch: str) -> bool:
    """Whether TLS is turned on; `tlsverify` does that whatever its value, says dockerd's source."""
    off = (False, f"--{switch}=false") if switch == "tls" else ()
    flags = (word for line in lines for word in line.value.split())
    in_file = daemon_json.values
    return (switch in in_file and in_file[switch] not in off) or any(
        word.split("=")[0] == f"--{switch}" and word not in off for word in flags
    )
