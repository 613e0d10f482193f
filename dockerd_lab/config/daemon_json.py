"""Reads daemon.json as dockerd does, and finds the lines of its keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dockerd_lab.config.paths import DAEMON_JSON
from dockerd_lab.config.value import Place


@dataclass(frozen=True)
class DaemonJson:
    """A daemon.json, or the file that --config-file names instead."""

    path: str = DAEMON_JSON
    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The parsed content; empty if there is no file, or if it is no JSON object."""
    keys: tuple[str, ...] = ()
    """The top-level keys as they are written, with duplicates."""

    def place_of_key(self, key: str, value: str = "") -> Place:
        """Return the place of a key, or of one of its values if that is on a later line."""
        start = self.text.find(f'"{key}"')
        if start < 0:
            return Place(self.path)
        value_start = self.text.find(json.dumps(value), start) if value else -1
        return Place(self.path, self.text.count("\n", 0, max(start, value_start)) + 1)

    @property
    def broken_line(self) -> int:
        """Return the line of the syntax error, or the first line if that is not known."""
        try:
            json.loads(_without_bom(self.text))
        except json.JSONDecodeError as error:
            return error.lineno
        except (ValueError, RecursionError):  # thousands of digits, or of brackets
            pass
        return 1


def read_daemon_json(path: str, text: str) -> DaemonJson:
    """Read the text of a daemon.json that lies at `path` on the machine."""
    keys: list[str] = []

    def keep_keys(members: list[tuple[str, Any]]) -> dict[str, Any]:
        keys[:] = [key for key, _ in members]  # the outermost object comes last
        return dict(members)

    try:
        values = json.loads(_without_bom(text) or "{}", object_pairs_hook=keep_keys)
    except (ValueError, RecursionError):
        return DaemonJson(path, text)
    if not isinstance(values, dict):
        return DaemonJson(path, text)
    return DaemonJson(path, text, values, tuple(keys))


def strings(value: object) -> list[str]:
    """Return the strings in a JSON list; an empty list if the value is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _without_bom(text: str) -> str:
    """Return a text without its byte order mark, which dockerd 23 and newer accept."""
    return text.removeprefix("\ufeff")
