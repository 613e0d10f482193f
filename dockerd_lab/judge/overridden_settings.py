"""Finds files, command lines and options with which dockerd was not started."""

from collections.abc import Iterable, Iterator

from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.flags import config_file
from dockerd_lab.config.paths import DAEMON_JSON, DEFAULTS
from dockerd_lab.config.value import Place, Value
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect
from dockerd_lab.judge.unread_files import MOVE_OPTIONS


def find_unread_daemon_json(inputs: Input, command: str) -> Iterator[NoEffect]:
    """Yield the input's daemon.json if the running dockerd, of this command, reads another file."""
    read_path = config_file(command)
    if read_path != DAEMON_JSON and inputs.has(DAEMON_JSON):
        yield no_effect(
            inputs,
            "daemon.json",
            f"dockerd reads {read_path} (--config-file), and not {DAEMON_JSON}",
            "Install the file there, or drop --config-file.",
            Place(DAEMON_JSON),
        )


def find_overridden_commands(
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
            yield no_effect(
                inputs,
                "ExecStart",
                f"this ExecStart= is overridden by another file; dockerd runs as {command}",
                "Keep one drop-in that sets ExecStart=; of several the last by name counts.",
                Place(start.file, start.line),
            )


def find_docker_opts(inputs: Input, declared: DeclaredConfig, command: str) -> Iterator[NoEffect]:
    """Yield the DOCKER_OPTS that the unit does not pass on to the running dockerd."""
    for option in declared.options:
        yield from _not_passed_on(inputs, "DOCKER_OPTS", option, command)


def find_other_variables(
    inputs: Input, declared: DeclaredConfig, command: str
) -> Iterator[NoEffect]:
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
        yield no_effect(inputs, name, message, MOVE_OPTIONS, option.place)


def _missing_words(words: Iterable[str], command: str) -> list[str]:
    """Return the wanted words that are not in a command line, except those with `$` or `%`."""
    present = command.split()
    return [word for word in words if not {"$", "%"} & set(word) and word not in present]
