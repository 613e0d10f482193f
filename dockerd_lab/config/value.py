"""Defines a value of a configuration with its place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A place in the configuration: a file's path on the machine, or `--command`; and the line."""

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Value:
    """A declared value."""

    value: str
    place: Place
