"""Knows what each engine's dockerd accepts: a JSON file for each, made by benchmarks/facts.py."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dockerd_lab.errors import BadInput
from dockerd_lab.project import LINT_FACTS


@dataclass(frozen=True)
class Flag:
    """A flag of dockerd."""

    type: str
    """What --help calls its value; `bool` for a flag without one."""
    short: str = ""
    key: str = ""
    """The key of daemon.json with which it conflicts; empty if both may be given."""


@dataclass(frozen=True)
class Key:
    """A key of daemon.json."""

    type: str
    """The Go type of its value; `own` if the key has a parser of its own; `ignored` if dockerd
    accepts any value, and does nothing with it."""
    nested: bool = False
    """Whether the keys in an object as its value count as if they stood outside of it."""


@dataclass(frozen=True)
class FileRules:
    """What dockerd accepts as a daemon.json that is not quite a JSON object."""

    accepts_bom: bool
    accepts_empty: bool
    accepts_text_after: bool
    accepts_array: bool
    accepts_null: bool


@dataclass(frozen=True)
class EngineFacts:
    """What the dockerd of one engine accepts."""

    engine: str
    docker: str
    source: str
    """Where the facts are from."""
    file: FileRules
    flags: Mapping[str, Flag]
    keys: Mapping[str, Key]

    @property
    def major(self) -> int:
        """Return the first number of the engine's version."""
        return int(self.docker.split(".")[0])


@functools.cache
def load_facts(engine: str) -> EngineFacts:
    """Return the facts about an engine of `engines()`."""
    data = json.loads((LINT_FACTS / f"{engine}.json").read_text(encoding="utf-8"))
    return EngineFacts(
        engine=engine,
        docker=data["docker"],
        source=data["from"],
        file=FileRules(**data["file"]),
        flags={name: Flag(**each) for name, each in data["flags"].items()},
        keys={name: Key(**each) for name, each in data["keys"].items()},
    )


def engines() -> list[str]:
    """Return the names of the engines with facts, the oldest first."""
    names = (file.stem for file in LINT_FACTS.glob("*.json"))
    return sorted(names, key=lambda name: _number(load_facts(name).docker))


def choose_engines(names: Iterable[str]) -> list[EngineFacts]:
    """Return the facts for engines by name or by Docker's version; for none, all of them.

    A version may be the first of its numbers, as in `26.1`. Raises BadInput for any other.
    """
    known = [load_facts(name) for name in engines()]
    wanted = [name for name in names if name != "all"]
    chosen: list[EngineFacts] = []
    for name in wanted:
        fitting = [each for each in known if name in (each.engine, *_versions(each.docker))]
        if not fitting:
            there = ", ".join(f"{each.engine} (Docker {each.docker})" for each in known)
            raise BadInput(f"--engine {name}: nothing is known about it; known are {there}")
        chosen += fitting
    return [each for each in known if each in chosen] if wanted else known


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _versions(version: str) -> list[str]:
    """Return the ways to give a version: `26.1.5`, `26.1`, `26`."""
    parts = version.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
