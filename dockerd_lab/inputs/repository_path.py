"""Finds where a user's files are in their repository, since reports are read there."""

import functools
import os
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input

#: A longer line (characters) is cut.
_MAX_LINE = 500


@dataclass(frozen=True)
class SourceLine:
    """A place in a repository."""

    file: str | None = None
    """From the repository's root on, without links; None if it is in no file of a repository."""
    line: int | None = None
    text: str | None = None
    """The line itself."""


def source_line(inputs: Input, place: Place | None) -> SourceLine:
    """Return a place on the machine as it is in the repository, with its line."""
    if place is None or place.file not in inputs.origins:
        return SourceLine()
    file = repository_path(inputs.origins[place.file])
    return SourceLine(file, place.line, _line(inputs.texts.get(place.file), place.line))


def first_repository_path(inputs: Input) -> str | None:
    """Return the first file of an input that is in a repository."""
    return next(filter(None, map(repository_path, inputs.origins.values())), None)


def repository_path(file: Path) -> str | None:
    """Return a file's path from its repository's root on, with `/`, and with links followed.

    The repository is the one of the working directory, or else the one that the file is in. None if
    the file is in neither, or does not exist.
    """
    try:
        real = file.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    for root in (_root_above(Path.cwd()), _root_above(real.parent)):
        if root is not None and real.is_relative_to(root):
            return real.relative_to(root).as_posix()
    return None


@functools.cache
def _root_above(directory: Path) -> Path | None:
    """Return the root of the repository that a directory is in, without links."""
    real = Path(os.path.realpath(directory))
    return next((each for each in (real, *real.parents) if (each / ".git").exists()), None)


def _line(text: str | None, line: int | None) -> str | None:
    lines = (text or "").splitlines()
    return lines[line - 1][:_MAX_LINE] if line is not None and 0 < line <= len(lines) else None
