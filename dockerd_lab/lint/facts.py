"""Knows what each engine's dockerd accepts: a JSON file for each.

Those of the engines that boot here are measured, and made by benchmarks/facts.py. Those of other
versions of Docker, docker-VERSION.json, lie between two measured ones, and say which of them is as
the older and which is as the newer one, with the source. What neither tells is unsure.
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

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


#: The type of a flag or a key of which is not known whether a version has it, or what it takes.
UNSURE = "unsure"
_Fact = TypeVar("_Fact", Flag, Key)


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
    measured: bool
    """Whether the engine's own dockerd was asked."""
    open_ended: bool
    """Whether it may have flags and keys that are not known here."""
    file: FileRules
    flags: Mapping[str, Flag]
    keys: Mapping[str, Key]

    @property
    def major(self) -> int:
        """Return the first number of the engine's version."""
        return int(self.docker.split(".")[0])


@functools.cache
def load_facts(engine: str) -> EngineFacts:
    """Return the facts about an engine of `engines()` or `other_versions()`."""
    data = json.loads((LINT_FACTS / f"{engine}.json").read_text(encoding="utf-8"))
    if "older" in data:
        return _between(engine, data)
    return EngineFacts(
        engine=engine,
        docker=data["docker"],
        source=data["from"],
        measured=True,
        open_ended=False,
        file=FileRules(**data["file"]),
        flags={name: Flag(**each) for name, each in data["flags"].items()},
        keys={name: Key(**each) for name, each in data["keys"].items()},
    )


def _between(engine: str, data: Mapping[str, Any]) -> EngineFacts:
    """Return the facts about a version that lies between two engines, or after the last one."""
    older = load_facts(data["older"])
    newer = load_facts(data["newer"]) if "newer" in data else None
    last = newer or older

    def choose(name: str, old: _Fact | None, new: _Fact | None, unsure: _Fact) -> _Fact | None:
        if name in data["as_older"] or (newer is None and name not in data["unsure"]):
            return old
        if name in data.get("as_newer", ()):
            return new
        return old if old == new else unsure

    def choose_all(
        old: Mapping[str, _Fact], new: Mapping[str, _Fact], unsure: _Fact
    ) -> dict[str, _Fact]:
        names = [*old, *(name for name in new if name not in old)]
        chosen = {name: choose(name, old.get(name), new.get(name), unsure) for name in names}
        return {name: fact for name, fact in chosen.items() if fact is not None}

    new_names = data.get("new", ())
    return EngineFacts(
        engine=engine,
        docker=data["docker"],
        source=data["from"],
        measured=False,
        open_ended=newer is None,
        file=last.file,
        flags=choose_all(older.flags, last.flags, Flag(UNSURE))
        | {name: Flag(UNSURE) for name in new_names},
        keys=choose_all(older.keys, last.keys, Key(UNSURE))
        | {name: Key(UNSURE) for name in new_names},
    )


def engines() -> list[str]:
    """Return the names of the engines that boot here, the oldest first."""
    return [name for name in _names() if load_facts(name).measured]


def other_versions() -> list[str]:
    """Return the names of the other versions with facts, the oldest first."""
    return [name for name in _names() if not load_facts(name).measured]


def _names() -> list[str]:
    names = (file.stem for file in LINT_FACTS.glob("*.json"))
    return sorted(names, key=lambda name: _number(load_facts(name).docker))


def choose_engines(names: Iterable[str]) -> list[EngineFacts]:
    """Return the facts for engines by name or by Docker's version; for none, all of them.

    A version may be the first of its numbers, as in `26.1`. Other versions are chosen only by name:
    24.0.7 and 24 are the line 24.0. Raises BadInput for any other.
    """
    known = [load_facts(name) for name in engines()]
    others = [load_facts(name) for name in other_versions()]
    wanted = [name for name in names if name != "all"]
    chosen: list[EngineFacts] = []
    for name in wanted:
        fitting = [each for each in known if name in (each.engine, *_versions(each.docker))]
        fitting = fitting or [
            each
            for each in others
            if name == each.engine or re.fullmatch(rf"{each.major}(\.\d+)*", name)
        ]
        if not fitting:
            names = (f"{each.engine} (Docker {each.docker})" for each in known)
            there = ", ".join([*names, *(f"{each.docker} (not measured)" for each in others)])
            raise BadInput(f"--engine {name}: nothing is known about it; known are {there}")
        chosen += fitting
    return [each for each in [*known, *others] if each in chosen] if wanted else known


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _versions(version: str) -> list[str]:
    """Return the ways to give a version: `26.1.5`, `26.1`, `26`."""
    parts = version.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
