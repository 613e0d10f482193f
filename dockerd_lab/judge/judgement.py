"""A judgement as data: mismatches with what a case expects, policy findings, errors, settings."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dockerd_lab.explain.matcher import Finding
from dockerd_lab.judge.verdict import Error, NoEffect

#: In what an observation can be otherwise than a case expects.
Point = Literal[
    "daemon",
    "words",
    "command",
    "hosts",
    "listeners",
    "client",
    "outsider",
    "local-user",
    "no-effect",
    "error",
    "fix",
    "tools",
]
#: What policy forbids, whatever a case expects: a daemon that does not start, a script or a service
#: that fails, a stranger who gets in.
Rule = Literal["start", "script", "service", "stranger"]


@dataclass(frozen=True)
class Mismatch:
    """One point in which an observation is not as the case expects."""

    point: Point
    expected: str
    observed: str
    message: str
    """The sentence that says so."""
    where: str | None = None
    """The place in the input that it is about: file and line, where that is known."""
    details: str = ""
    """What else helps whoever looks into it, on lines of its own."""

    def __str__(self) -> str:
        where = f"at {self.where}" if self.where else ""
        return "\n".join(filter(None, (self.message, where, self.details)))


@dataclass(frozen=True)
class PolicyFinding:
    """Something that no configuration may lead to, unless it is meant."""

    rule: Rule
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Judgement:
    """What is to be said of an observation."""

    problems: tuple[Mismatch | PolicyFinding, ...]
    """What is wrong, the daemon's state first."""
    errors: tuple[Error, ...]
    """The known errors that the observation shows."""
    no_effect: tuple[NoEffect, ...]
    """Settings that are accepted and change nothing."""
    explained: tuple[Finding, ...]
    """The known errors in what a person would paste, the cause first."""
    cause: str
    """The id of the known error that is the cause, or `unexplained`."""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def reasons(self) -> list[str]:
        """What is wrong, a sentence each."""
        return [problem.message for problem in self.problems]

    def mismatches(self, *points: Point) -> list[Mismatch]:
        """The mismatches in these points, or in any point where none is named."""
        of_case = [each for each in self.problems if isinstance(each, Mismatch)]
        return [each for each in of_case if not points or each.point in points]

    def findings(self, rules: Collection[Rule]) -> list[PolicyFinding]:
        """The policy findings of these rules."""
        of_policy = [each for each in self.problems if isinstance(each, PolicyFinding)]
        return [each for each in of_policy if each.rule in rules]
