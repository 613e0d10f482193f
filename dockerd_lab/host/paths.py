"""Refuses a path that a program of the harness's cannot take, before that program misreads it."""

from collections.abc import Iterable
from pathlib import Path

from dockerd_lab.errors import BadInput


def refuse(path: Path, parts: Iterable[str], *, program: str, mend: str) -> None:
    """Raise BadInput where a path has one of these parts, which `program` cannot take."""
    for part in parts:
        if part in str(path):
            raise BadInput(f"{path}: {program} takes no path that has {part!r} in it", mend)
