"""Known errors: what is understood of a failure, from its words to its fix.

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
        """The words as they are looked for."""
        return squash(self.words)


#: Where advice is carried out, in a reader's words.
MACHINES = {
    "daemon": "on the daemon's machine",
    "client": "on the client's machine",
    "proxy": "on the proxy's machine",
    "ca": "where the CA's key is",
}


#: The systems for which there is advice of its own.
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
        """The machine, in words."""
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
        """What mends it on the lab's machines as one text, each step below its machine."""
        steps = steps_for(self.fix, {"daemon": "linux", "client": "linux"})
        return "\n".join(f"# {step.where}:\n{step.commands}" for step in steps)

    @property
    def engines(self) -> list[str]:
        """The ranges of engine versions in which it occurs; `any` stands for all."""
        return sorted({wording.engines or "any" for wording in self.wordings})


def steps_for(steps: list[Step], systems: dict[str, str]) -> list[Step]:
    """The steps that fit: none for another system than their machine's, where that is known."""

    def fits(step: Step) -> bool:
        system = systems.get(step.on)
        return not (system and step.system) or step.system == system

    return [step for step in steps if fits(step)] or steps


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression of a `with`, `unless` or `near`."""
    return re.compile(pattern, re.IGNORECASE)


@functools.cache
def known_errors() -> dict[str, KnownError]:
    """All known errors by id, the name of their file; raises BadInput where one is wrong."""
    # Imported here: `index` needs the classes above.
    from dockerd_lab.explain.index import read_known_errors  # noqa: PLC0415

    return read_known_errors()
