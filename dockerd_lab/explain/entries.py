"""Reads and validates the YAML of the known errors, a file each under known_errors/."""

import re
from pathlib import Path
from typing import Annotated, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import Field, field_validator, model_validator

from dockerd_lab.explain.model import MACHINES, SYSTEMS, KnownError, Step, Wording
from dockerd_lab.explain.normalise import squash
from dockerd_lab.yamlfile import YamlModel, load

#: A step: commands to paste, under the machine they are for, a key of `model.MACHINES`; after a
#: slash, where they are for one system only, that, a key of `model.SYSTEMS`.
_MACHINE = rf"^({'|'.join(MACHINES)})(/({'|'.join(SYSTEMS)}))?$"
_Step = Annotated[
    dict[Annotated[str, Field(pattern=_MACHINE)], str], Field(min_length=1, max_length=1)
]

#: What `{port}` stands for in a wording: one of the API's ports, as an address or a setting has it.
PORT = (
    r"(?:(?<=[:=/(])|(?<=[:=,] )|(?<=[:=][\"'])|(?<=[:=] [\"'])|(?<=port )|(?<=\bon )|(?<=порт )"
    r"|(?<=puerto )|(?<=porta )|(?<=端口)|(?<=端口 )|(?<=\.\d )|(?<=\.\d\d )|(?<=\.\d\d\d ))"
    r"(?<!\.java:)(?<!\.kt:)(?<!\.go:)(?<!\.[jt]s:)(?<!\.py:)(?<!\.rb:)(?<!\.cs:)(?<!\.rs:)"
    r"237[56]\b(?!\]|\.\d)"
)
#: What `{client}` stands for in a wording: it shows that a client of Docker's API is speaking.
CLIENT = (
    rf"(?:{PORT}"
    r"|/v1\.[1-9]\d/|error during connect|docker_(?:host|tls_verify|cert_path)"
    r"|docker-?java|docker\.java|testcontainers|ClientProviderStrategy|com\.spotify\.docker"
    r"|plugins\.docker|DockerCloud|docker-modem|dockerode|new Docker\("
    r"|Docker\.DotNet|Microsoft\.Net\.Http\.Client\.ManagedHandler"
    r"|site-packages/docker|docker/transport|docker\.(?:errors|from_env|DockerClient|APIClient)"
    r"|server api version|http\+docker|bollard|shiplift|Excon|docker-api|kreuzwerker/docker)"
)

#: Shorter words would match by accident in any text (letters).
MIN_LETTERS = 6


class WordingEntry(YamlModel):
    """Words that show an error, and what has to stand with them.

    `words` are compared without regard to case, spaces, line breaks, quotes and backslashes. `with`
    and `unless` are regular expressions for the same message, `near` for some lines around it; they
    see normalised text; `{client}` in them stands for CLIENT. A daemon's API is known by its ports
    2375 and 2376 and by paths such as /v1.41/; it is not a registry's (/v2/), nor swarm's (2377).
    """

    words: str
    with_: str | None = Field(default=None, alias="with")
    unless: str | None = None
    near: str | None = None
    engines: str = Field(
        default="", description="engine versions that say so: '>=23'; all if empty"
    )

    @field_validator("words")
    @classmethod
    def _check_length(cls, words: str) -> str:
        if len(squash(words)) < MIN_LETTERS:
            raise ValueError(f"needs at least {MIN_LETTERS} letters that are no spaces or quotes")
        return words

    @field_validator("with_", "unless", "near")
    @classmethod
    def _check_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            pattern = pattern.replace("{client}", CLIENT).replace("{port}", PORT)
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @field_validator("engines")
    @classmethod
    def _check_range(cls, engines: str) -> str:
        try:
            SpecifierSet(engines)
        except InvalidSpecifier:
            raise ValueError(f"{engines!r} is no range of versions such as '>=20.10,<23'") from None
        return engines


class Entry(YamlModel):
    """An error that is understood: its words, its cause, and what mends it."""

    title: str = Field(description="what it means, in one sentence")
    kind: Literal["start", "reach", "consequence", "warning"] = Field(
        description="the daemon does not start, a client does not reach it, a message that tells no"
        " cause and counts only where none is found, or only a warning"
    )
    wordings: list[WordingEntry] = Field(min_length=1)
    cause: str
    fix: list[_Step] = Field(min_length=1, description="what mends it, in its order")
    look: list[_Step] = Field(min_length=1, description="what looks further")
    masks: list[str] = Field(default=[], description="ids of what follows from it")
    seen: list[str] = Field(default=[], description="the lab's engines on which it was reproduced")
    reported: list[str] = Field(default=[], description="public threads that show it")
    reproduce: str | None = Field(default=None, description="the case that shows it")
    no_case: str | None = Field(default=None, description="why no case can show it")

    @model_validator(mode="after")
    def _check_source(self) -> "Entry":
        if not (self.seen or self.reported):
            raise ValueError("says neither where it was `seen` nor where it was `reported`")
        return self

    @model_validator(mode="after")
    def _check_case(self) -> "Entry":
        if bool(self.reproduce) == bool(self.no_case):
            raise ValueError(
                "needs `reproduce`, the case that shows it, or `no_case`, why none can; not both"
            )
        return self

    def known_error(self) -> KnownError:
        """Return the known error that the matcher and the reports use."""
        data = self.model_dump()
        for key in ("fix", "look"):
            data[key] = [_step(*item) for step in data[key] for item in step.items()]
        data["wordings"] = [Wording(**wording) for wording in data["wordings"]]
        return KnownError(**data)


def _step(where: str, commands: str) -> Step:
    machine, _, system = where.partition("/")
    return Step(machine, commands.strip(), system)


def load_entries(directory: Path) -> dict[str, KnownError]:
    """Return the known errors of a directory by id; raises BadInput if one is invalid."""
    return {file.stem: load_entry(file) for file in sorted(directory.glob("*.yaml"))}


def load_entry(file: Path) -> KnownError:
    """Return the known error in a file; raises BadInput if it is invalid."""
    return load(file, Entry).known_error()
