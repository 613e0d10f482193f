"""Finds the place in a configuration to which a message of dockerd or systemd refers."""

import re
from collections.abc import Iterator

from dockerd_lab.config import units
from dockerd_lab.config.declared import COMMAND_PLACE, DeclaredConfig
from dockerd_lab.config.value import Place


def locate(message: str, declared: DeclaredConfig) -> Place | None:
    """Return the place to which a message refers; None if the configuration has no such place."""
    if "more than one ExecStart=" in message:
        starts = units.in_effect(units.read_unit("docker.service", declared.texts), "ExecStart")
        return Place(starts[-1].file, starts[-1].line) if starts else None
    daemon_json = declared.daemon_json
    if daemon_json.path in message and daemon_json.text and not daemon_json.values:
        return Place(daemon_json.path, daemon_json.broken_line)
    if keys := re.findall(r"([\w-]+): \(from flag: ", message):
        return daemon_json.place_of_key(keys[0])
    if key := re.search(r"configuration option: ([\w-]+)|Go struct field \S*\.([\w-]+) ", message):
        return daemon_json.place_of_key(key[1] or key[2])
    for name in _find_names(message):
        if name != daemon_json.path and (place := _find_line(name, declared)):
            return place
    return None


def related_places(message: str, declared: DeclaredConfig) -> list[tuple[str, Place]]:
    """Return the other places to which a message refers, each with words for it.

    These are the command lines and options of dockerd, where their flags conflict with daemon.json.
    """
    if "(from flag: " not in message:
        return []
    return [
        ("the flags of dockerd", value.place) for value in (*declared.commands, *declared.options)
    ]


def _find_names(message: str) -> Iterator[str]:
    """Yield the addresses and paths in a message, the longest and thus most specific first."""
    names = re.findall(r"\[?[\w.:]*\]?:\d{2,5}\b|(?<![\w.])/[\w./-]+\w", message)
    yield from sorted(set(names), key=len, reverse=True)


def _find_line(name: str, declared: DeclaredConfig) -> Place | None:
    """Return the first line with a name that is no comment; or `--command` if that has the name."""
    for file, text in declared.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if name in line and not line.lstrip().startswith(("#", ";")):  # a comment
                return Place(file, number)
    command = declared.command
    if command is not None and any(name in word for word in command.words):
        return Place(COMMAND_PLACE)
    return None
