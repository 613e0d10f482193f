"""What a configuration asks for: hosts, TLS files, options; each with where it says so."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from dockerd_lab.observe.effective import DAEMON_JSON, config_file, flag_values
from dockerd_lab.validate import nginx, units
from dockerd_lab.validate.command import HOME
from dockerd_lab.validate.given import Given
from dockerd_lab.validate.recognise import DEFAULTS

#: The parts of TLS that are files: dockerd's flag and key, and nginx's directives, for each.
TLS_FILES = {
    "ca": ("tlscacert", "ssl_client_certificate", "ssl_trusted_certificate"),
    "server-cert": ("tlscert", "ssl_certificate"),
    "server-key": ("tlskey", "ssl_certificate_key"),
}
#: What turns TLS on, as flags and as keys of daemon.json.
TLS_SWITCHES = ("tls", "tlsverify")


@dataclass(frozen=True)
class Where:
    """A place in the input: the file's path on the machine, or `--command`; and the line."""

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Value:
    """Something that is asked for."""

    value: str
    where: Where


@dataclass(frozen=True)
class Asked:
    """What the whole configuration asks for, whether it will have an effect or not."""

    config_file: str
    """The file that dockerd is to read: daemon.json, or what --config-file names."""
    daemon_json: Mapping[str, Any]
    """What is in that; empty where there is none, or where it is no JSON object."""
    json_keys: tuple[str, ...]
    """The keys of daemon.json as they are written: one may be there twice."""
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


def asked(given: Given) -> Asked:
    """Read what the given files and the command ask for."""
    commands = tuple(_commands(given))
    options = tuple(_defaults(given.texts.get(DEFAULTS, "")))[-1:]  # the last one counts
    if not commands and not options:
        options = tuple(_of_environment(given.texts))
    lines = _lines(commands, options)
    file = config_file(*(line.value for line in lines))
    if given.command is not None:
        file = str(PurePosixPath(HOME) / file)
    text = given.texts.get(file, "")
    daemon_json, json_keys = _object(text)
    in_file = _strings(daemon_json.get("hosts"))
    hosts = [Value(host, key_line(text, "hosts", host, file=file)) for host in in_file]
    hosts += [Value(h, c.where) for c in lines for h in flag_values(c.value, "-H", "--host")]
    return Asked(
        config_file=file,
        daemon_json=daemon_json,
        json_keys=json_keys,
        commands=commands,
        options=options,
        hosts=tuple(hosts),
        streams=tuple(_streams(given.texts)),
        nginx=tuple(nginx.listens(given.texts)),
        tls_files={
            name: (
                *_tls_file(daemon_json, key_line(text, flag, file=file), lines, flag),
                *_of_nginx(given.texts, directives),
            )
            for name, (flag, *directives) in TLS_FILES.items()
        },
        tls=any(_switched_on(daemon_json, lines, switch) for switch in TLS_SWITCHES),
    )


def starts_client(asked: Asked) -> str | None:
    """The command line that starts the docker client, as the daemon was started before 2017.

    From the client no daemon comes; None where no command line is of that kind.
    """
    commands = (command.value for command in asked.commands)
    return next((c for c in commands if re.match(r"\S*\bdocker\s+(daemon|-d)\b", c)), None)


def values_of(asked: Asked, key: str, *flags: str) -> list[str]:
    """The values of a setting: of daemon.json's key, and of the flags."""
    in_file = asked.daemon_json.get(key)
    values = [in_file] if isinstance(in_file, str) else []
    return values + [v for line in asked.lines for v in flag_values(line.value, *flags)]


def key_line(text: str, key: str, value: str = "", *, file: str = DAEMON_JSON) -> Where:
    """Where daemon.json's text has a key, or one of its values where that has its own line."""
    at = text.find(f'"{key}"')
    if at < 0:
        return Where(file)
    inside = text.find(json.dumps(value), at) if value else -1
    return Where(file, text.count("\n", 0, max(at, inside)) + 1)


def tcp_place(host: str) -> tuple[str, int] | None:
    """Host and port of one of dockerd's TCP hosts; None where it is another kind, or none.

    Without a scheme it is `tcp://` for dockerd.

    >>> tcp_place("tcp://0.0.0.0:2375"), tcp_place("tcp://:2376"), tcp_place("unix:///run/a")
    (('0.0.0.0', 2375), ('', 2376), None)
    >>> tcp_place("0.0.0.0:4243")
    ('0.0.0.0', 4243)
    """
    if host and "://" not in host:
        host = f"tcp://{host}"
    if not host.startswith("tcp://") or set("$`") & set(host):  # what a shell makes of it
        return None
    try:
        parts = urlsplit(host)
        return parts.hostname or "", parts.port or 2375
    except ValueError:
        return None


def _object(text: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The object in a JSON text, and its keys as they are written; both empty where it has none."""
    keys: list[str] = []

    def outermost(members: list[tuple[str, Any]]) -> dict[str, Any]:
        keys[:] = [key for key, _ in members]  # the object around the others comes last
        return dict(members)

    try:
        # dockerd takes a byte order mark, from 23 on.
        found = json.loads(text.removeprefix("\ufeff") or "{}", object_pairs_hook=outermost)
    except (ValueError, RecursionError):
        return {}, ()
    return (found, tuple(keys)) if isinstance(found, dict) else ({}, ())


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _commands(given: Given) -> Iterator[Value]:
    if given.command is not None:
        yield Value(shlex.join(given.command.words), Where("--command"))
        return
    # systemd refuses a unit with two; both were asked for.
    unit = units.of_unit("docker.service", given.texts)
    variables = units.environment(unit, given.texts)
    if any(_defaults(given.texts.get(DEFAULTS, ""))):
        variables.pop("DOCKER_OPTS", None)  # is told of by itself, with its own place
    for start in units.in_effect(unit, "ExecStart"):
        yield Value(" ".join(units.words(start.value, variables)), Where(start.file, start.line))


def _lines(commands: Iterable[Value], options: Iterable[Value]) -> list[Value]:
    return [*commands, *(Value(f"dockerd {o.value}", o.where) for o in options)]


def _defaults(text: str) -> Iterator[Value]:
    for found in re.finditer(
        r"^[ \t]*(?:export[ \t]+)?DOCKER_OPTS=((?:.*\\\n)*.*)", text, re.MULTILINE
    ):
        quoted = found[1].replace("\\\n", " ").strip()
        try:
            value = " ".join(shlex.split(quoted, comments=True))
            # Where systemd splits $DOCKER_OPTS, it takes off quotes once more.
            value = " ".join(shlex.split(value))
        except ValueError:
            value = quoted
        yield Value(value, Where(DEFAULTS, text.count("\n", 0, found.start()) + 1))


def _of_environment(texts: Mapping[str, str]) -> Iterator[Value]:
    """DOCKER_OPTS as a drop-in or a file it names sets it: Debian's ExecStart= passes it on."""
    unit = units.of_unit("docker.service", texts)
    value = units.environment(unit, texts).get("DOCKER_OPTS")
    if value is None:
        return
    for each in units.in_effect(unit, "Environment"):
        if "DOCKER_OPTS=" in each.value:
            yield Value(value, Where(each.file, each.line))
            return
    for file in units.environment_files(texts):
        if "DOCKER_OPTS=" in (text := texts.get(file, "")):
            yield Value(value, Where(file, text.count("\n", 0, text.find("DOCKER_OPTS=")) + 1))
            return


def _streams(texts: Mapping[str, str]) -> Iterator[Value]:
    for unit in units.sockets(texts):
        for stream in units.in_effect(units.of_unit(unit, texts), "ListenStream"):
            yield Value(stream.value, Where(stream.file, stream.line))


def _tls_file(
    daemon_json: Mapping[str, Any], key: Where, lines: list[Value], flag: str
) -> Iterator[Value]:
    """The values of one of dockerd's flags that name a file of TLS; `key` is its place in JSON."""
    in_file = daemon_json.get(flag)
    if isinstance(in_file, str) and in_file:
        yield Value(in_file, key)
    for line in lines:
        for path in flag_values(line.value, f"--{flag}"):
            # Who starts dockerd by hand does it where the files are.
            by_hand = line.where.file == "--command"
            if not path or (by_hand and path.startswith("~")):
                continue  # no shell puts a home there, after a `=`: dockerd will not find it
            yield Value(str(PurePosixPath(HOME) / path) if by_hand else path, line.where)


def _of_nginx(texts: Mapping[str, str], names: Iterable[str]) -> Iterator[Value]:
    for name in names:
        for found in nginx.directives(texts, name):
            if found.path is not None:
                yield Value(found.path, Where(found.file, found.line))


def _switched_on(daemon_json: Mapping[str, Any], lines: list[Value], switch: str) -> bool:
    """Whether TLS is turned on; `tlsverify` does that whatever its value, says dockerd's source."""
    off = (False, f"--{switch}=false") if switch == "tls" else ()
    flags = (word for line in lines for word in line.value.split())
    return (switch in daemon_json and daemon_json[switch] not in off) or any(
        word.split("=")[0] == f"--{switch}" and word not in off for word in flags
    )
