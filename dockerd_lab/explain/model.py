"""Defines known errors: a failure's words, its cause and its fix.

They are plain dataclasses: `explain` answers in a fraction of a second, and pydantic alone would
take most of it. What reads and validates their YAML is in `entries`.
"""

import functools
import re
from dataclasses import dataclass, field

from dockerd_lab.explain.normalise import squash


@dataclass(frozen=True)
class Wording:
    """Words that show an error, and what has to stand with them; see `entries.WordingEntry`."""

    words: str
    with_: str | None = None
    unless: str | None = None
    near: str | None = None
    engines: str = ""

    @functools.cached_property
    def squashed(self) -> str:
        """Return the words as they are looked for."""
        return squash(self.words)


#: The machines that steps are for, in words.
MACHINES = {
    "daemon": "on the daemon's machine",
    "client": "on the client's machine",
    "proxy": "on the proxy's machine",
    "ca": "where the CA's key is",
}


#: The systems for which there are steps of their own, in words.
SYSTEMS = {"linux": "Linux", "windows": "Windows", "macos": "macOS", "openrc": "Alpine (OpenRC)"}


@dataclass(frozen=True)
class Step:
    """Commands to paste, and the machine they are for."""

    on: str
    commands: str
    system: str = ""
    """The only system that they are for; any, if empty."""

    @property
    def where(self) -> str:
        """Return the machine, and the system if there is only one, in words."""
        return MACHINES[self.on] + (f", {SYSTEMS[self.system]}" if self.system else "")


@dataclass(frozen=True)
class KnownError:
    """An error that is understood; see `entries.Entry`."""

    title: str
    kind: str
    wordings: list[Wording]
    cause: str
    fix: list[Step]
    look: list[Step]
    masks: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    reproduce: str | None = None
    no_case: str | None = None

    @property
    def fix_text(self) -> str:
        """Return the fix on the lab's machines as one text, each step below its machine."""
        steps = steps_for(self.fix, {"daemon": "linux", "client": "linux"})
        return "\n".join(f"# {step.where}:\n{step.commands}" for step in steps)

    @property
    def engines(self) -> list[str]:
        """Return the ranges of engine versions in which it occurs; `any` stands for all."""
        return sorted({wording.engines or "any" for wording in self.wordings})


def steps_for(steps: list[Step], systems: dict[str, str]) -> list[Step]:
    """Return the steps without those for other systems; all of them if none would be left.

    `systems` are the known systems of the machines, by machine.
    """

    def fits(step: Step) -> bool:
        system = systems.get(step.on)
        return not (system and step.system) or step.system == system

    return [step for step in steps if fits(step)] or steps


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the compiled regular expression of a `with`, `unless` or `near`."""
    return re.compile(pattern, re.IGNORECASE)


@functools.cache
def known_errors() -> dict[str, KnownError]:
    """Return all known errors by id, the name of their file; raises BadInput if one is invalid."""
    # Imported here: `index` needs the classes above.
    from dockerd_lab.explain.index import read_known_errors, read_own_errors  # noqa: PLC0415

    return {**read_known_errors(), **read_own_errors()}
