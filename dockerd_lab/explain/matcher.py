"""Finds known errors in what dockerd and systemd said."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, field_validator

from dockerd_lab.yamlfile import YamlModel, load


class KnownError(YamlModel):
    """A failure that is understood: its words, its cause and its fix."""

    title: str
    pattern: str = Field(description="a regular expression for what is stable in its words")
    cause: str
    fix: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern


@dataclass(frozen=True)
class Finding:
    """A known error, and the line that shows it."""

    id: str
    error: KnownError
    line: str


@functools.cache
def known_errors() -> dict[str, KnownError]:
    """All known errors by id, the name of their file; raises BadInput where one is wrong."""
    files = sorted((Path(__file__).parent / "known_errors").glob("*.yaml"))
    return {file.stem: load(file, KnownError) for file in files}


def explain(lines: Iterable[str]) -> list[Finding]:
    """The known errors in a log, each with its first line, in the order in which they appear.

    >>> [finding.id for finding in explain(journal)]
    ['hosts-flag-file-conflict']
    """
    found: dict[str, Finding] = {}
    for line in lines:
        for name, error in known_errors().items():
            if name not in found and re.search(error.pattern, line):
                found[name] = Finding(name, error, line)
    return list(found.values())
