"""Defines what the rules find in a configuration and an observation.

They are plain dataclasses: what reads files alone must not wait for pydantic.
"""

from dataclasses import dataclass, field
from typing import Literal

#: The rules of the policy. `start`: the daemon must start. `script`, `service`: they must not fail.
#: `stranger`: no stranger may get access. `unclear`: it must be clear what a stranger gets.
#: `policy`: nobody may get more than the project's own policy permits.
Rule = Literal["start", "script", "service", "stranger", "unclear", "policy"]
#: The rule of a failure that no known error explains.
UNEXPLAINED_FAILURE = "unexplained-failure"


@dataclass(frozen=True)
class Error:
    """A known error that the daemon's log shows."""

    id: str
    message: str = field(metadata={"description": "the line of the log"})
    cause: str
    fix: str
    where: str | None = field(
        default=None,
        metadata={"description": "file and line in the input, where that is known"},
    )


@dataclass(frozen=True)
class NoEffect:
    """A setting that was accepted and changes nothing."""

    setting: str
    message: str
    fix: str
    where: str | None = None


@dataclass(frozen=True)
class NotJudged:
    """A file or unit of the input that the trial did not put into effect."""

    name: str
    message: str
    settle: str = field(metadata={"description": "what would settle it"})
    where: str | None = None


@dataclass(frozen=True)
class PolicyFinding:
    """One violation of the policy."""

    rule: Rule
    message: str
    who: str = ""
    """The stranger who gets something, where it was measured."""
    level: str = "full-control"
    """What that stranger gets."""
    id: str = ""
    """Its rule of `dockerd-lab rule`; if empty, that follows from what is open."""
    where: str | None = None
    """The file and line in the input, or the script, where that is known."""
    target: str = ""
    """Where it was tried, such as tcp://192.168.3.201:2375."""

    def __str__(self) -> str:
        return self.message
