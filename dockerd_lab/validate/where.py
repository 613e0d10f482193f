"""Finds the file and line of the input that a message of dockerd's or systemd's is about."""

import json
import re

from dockerd_lab.validate import units
from dockerd_lab.validate.asked import Asked, Where, key_line
from dockerd_lab.validate.given import Given


def locate(message: str, given: Given, asked: Asked) -> Where | None:
    """The place in the input that a message is about; None where it names nothing that is there."""
    if "more than one ExecStart=" in message:
        starts = units.in_effect(units.of_unit("docker.service", given.texts), "ExecStart")
        return Where(starts[-1].file, starts[-1].line) if starts else None
    file = asked.config_file
    text = given.texts.get(file, "")
    if file in message and text and not asked.daemon_json:
        return Where(file, _broken_line(text))
    if keys := re.findall(r"([\w-]+): \(from flag: ", message):
        return key_line(text, keys[0], file=file)
    if found := re.search(
        r"configuration option: ([\w-]+)|Go struct field \S*\.([\w-]+) ", message
    ):
        return key_line(text, found[1] or found[2], file=file)
    # Addresses and paths, the longest first: a port alone says less than its address.
    names = re.findall(r"\[?[\w.:]*\]?:\d{2,5}\b|(?<![\w.])/[\w./-]+\w", message)
    for name in sorted(set(names), key=len, reverse=True):
        if name != file and (place := _first_line(name, given)):
            return place
    return None


def shown(where: Where | None, given: Given) -> str | None:
    """A place as the user called the file: `etc/docker/daemon.json:3`."""
    if where is None:
        return None
    file = given.resolved(where.file) if where.file not in given.origins else where.file
    if file not in given.origins:
        return where.file
    return str(given.origins[file]) + (f":{where.line}" if where.line else "")


def _broken_line(text: str) -> int:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.lineno
    except RecursionError:
        pass
    return 1


def _first_line(name: str, given: Given) -> Where | None:
    for file, text in given.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if name in line and not line.lstrip().startswith(("#", ";")):  # a comment
                return Where(file, number)
    if given.command is not None and any(name in word for word in given.command.words):
        return Where("--command")
    return None
