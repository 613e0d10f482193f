"""Known errors as data: one YAML file each under known_errors/."""

import functools
import re
from typing import Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import Field, field_validator, model_validator

from dockerd_lab.explain.normalise import squash
from dockerd_lab.project import KNOWN_ERRORS
from dockerd_lab.yamlfile import YamlModel, load

#: Shorter words would be found by accident, in any text.
LEAST_WORDS = 6


class Wording(YamlModel):
    """Words that show an error, and what has to stand with them.

    `words` are compared without regard to case, spaces, line breaks, quotes and backslashes. `with`
    and `unless` are regular expressions for the same message, `near` for some lines around it; they
    see normalised text. A daemon's API is known by its ports 2375 and 2376 and by paths such as
    /v1.41/; it is neither a registry's (/v2/) nor swarm's (2377).
    """

    words: str
    with_: str | None = Field(default=None, alias="with")
    unless: str | None = None
    near: str | None = None
    engines: str = Field(
        default="", description="engine versions that say so: '>=23'; all if empty"
    )

    @functools.cached_property
    def squashed(self) -> str:
        """The words as they are looked for."""
        return squash(self.words)

    @field_validator("words")
    @classmethod
    def _telling(cls, words: str) -> str:
        if len(squash(words)) < LEAST_WORDS:
            raise ValueError(f"needs at least {LEAST_WORDS} letters that are no spaces or quotes")
        return words

    @field_validator("with_", "unless", "near")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                compiled(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @field_validator("engines")
    @classmethod
    def _range(cls, engines: str) -> str:
        try:
            SpecifierSet(engines)
        except InvalidSpecifier:
            raise ValueError(f"{engines!r} is no range of versions such as '>=20.10,<23'") from None
        return engines


class KnownError(YamlModel):
    """An error that is understood: its words, its cause, and what mends it."""

    title: str = Field(description="what it means, in one sentence")
    kind: Literal["start", "reach", "warning"] = Field(
        description="the daemon does not start, a client does not reach it, or only a warning"
    )
    wordings: list[Wording] = Field(min_length=1)
    cause: str
    fix: list[str] = Field(min_length=1, description="commands or edits, in their order")
    look: list[str] = Field(min_length=1, description="commands that look further")
    masks: list[str] = Field(default=[], description="ids of what follows from it")
    seen: list[str] = Field(default=[], description="the lab's engines on which it was reproduced")
    reported: list[str] = Field(default=[], description="public threads that show it")
    reproduce: str | None = Field(default=None, description="the case that shows it")

    @model_validator(mode="after")
    def _has_a_source(self) -> "KnownError":
        if not (self.seen or self.reported):
            raise ValueError("says neither where it was `seen` nor where it was `reported`")
        return self

    @property
    def engines(self) -> list[str]:
        """The ranges of engine versions in which it occurs; `any` stands for all."""
        return sorted({wording.engines or "any" for wording in self.wordings})


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression of a `with`, `unless` or `near`."""
    return re.compile(pattern, re.IGNORECASE)


@functools.cache
def known_errors() -> dict[str, KnownError]:
    """All known errors by id, the name of their file; raises BadInput where one is wrong."""
    return {file.stem: load(file, KnownError) for file in sorted(KNOWN_ERRORS.glob("*.yaml"))}
