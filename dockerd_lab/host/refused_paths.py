"""Refuses a path that a program would misread."""

from collections.abc import Iterable
from pathlib import Path

from dockerd_lab.errors import BadInput


def refuse_path(path: Path, parts: Iterable[str], *, program: str, hint: str) -> None:
    """Raise BadInput if a path contains one of these parts, which `program` cannot handle."""
    for part in parts:
        if part in str(path):
            raise BadInput(f"{path}: {program} takes no path that has {part!r} in it", hint)
