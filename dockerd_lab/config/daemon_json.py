"""Reads daemon.json as dockerd does, and tells on which line a key is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dockerd_lab.config.paths import DAEMON_JSON
from dockerd_lab.config.value import Place


@dataclass(frozen=True)
class DaemonJson:
    """A daemon.json, or another file that dockerd is told to read."""

    file: str = DAEMON_JSON
    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What is in it; empty where there is no file, or where it is no JSON object."""
    keys: tuple[str, ...] = ()
    """The keys as they are written: one may be there twice."""

    def place(self, key: str, value: str = "") -> Place:
        """The place of a key, or of one of its values where that has its own line."""
        at = self.text.find(f'"{key}"')
        if at < 0:
            return Place(self.file)
        inside = self.text.find(json.dumps(value), at) if value else -1
        return Place(self.file, self.text.count("\n", 0, max(at, inside)) + 1)

    @property
    def broken_line(self) -> int:
        """The line on which JSON's reader gives up; the first where that cannot be told."""
        try:
            json.loads(self.text)
        except json.JSONDecodeError as error:
            return error.lineno
        except RecursionError:
            pass
        return 1


def read_daemon_json(file: str, text: str) -> DaemonJson:
    """Read the text of a daemon.json that lies at `file` on the machine."""
    keys: list[str] = []

    def outermost(members: list[tuple[str, Any]]) -> dict[str, Any]:
        keys[:] = [key for key, _ in members]  # the object around the others comes last
        return dict(members)

    try:
        # dockerd takes a byte order mark, from 23 on.
        values = json.loads(text.removeprefix("\ufeff") or "{}", object_pairs_hook=outermost)
    except (ValueError, RecursionError):
        return DaemonJson(file, text)
    if not isinstance(values, dict):
        return DaemonJson(file, text)
    return DaemonJson(file, text, values, tuple(keys))


def strings(value: object) -> list[str]:
    """The strings in a list of JSON's; none where the value is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
