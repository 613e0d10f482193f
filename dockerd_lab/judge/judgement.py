"""Defines a judgement: mismatches, policy findings, known errors and settings without effect."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dockerd_lab.explain.matcher import Finding
from dockerd_lab.judge.findings import Error, NoEffect, NotJudged, PolicyFinding, Rule

#: What messages call a script of the user's: it has no path on the machine.
SCRIPT = "the script"
#: Whose access is judged.
Who = Literal["client", "outsider", "local-user", "container"]
#: The points in which an observation can differ from what its case expects.
Point = Literal[
    "daemon",
    "words",
    "command",
    "hosts",
    "listeners",
    Who,
    "no-effect",
    "error",
    "fix",
    "tools",
]


@dataclass(frozen=True)
class Mismatch:
    """One point in which an observation differs from what its case expects."""

    point: Point
    expected: str
    observed: str
    message: str
    """One sentence that says what differs."""
    where: str | None = None
    """The file and line in the input, if known."""
    details: str = ""
    """More lines that help to find the reason."""

    def __str__(self) -> str:
        where = f"at {self.where}" if self.where else ""
        return "\n".join(filter(None, (self.message, where, self.details)))


@dataclass(frozen=True)
class Judgement:
    """The result of judging an observation."""

    problems: tuple[Mismatch | PolicyFinding, ...]
    """All mismatches and policy findings, those of the daemon's state first."""
    errors: tuple[Error, ...]
    """The known errors that the observation shows."""
    no_effect: tuple[NoEffect, ...]
    """The settings that are accepted and have no effect."""
    explained: tuple[Finding, ...]
    """The known errors in the lines that a user would paste, the cause first."""
    cause: str
    """The id of the known error that is the cause, or `unexplained`."""
    not_judged: tuple[NotJudged, ...] = ()
    """What the input brings, and the trial did not put into effect."""
    permitted: tuple[str, ...] = ()
    """What the user permits, with the reason."""

    @property
    def passed(self) -> bool:
        """Return whether there are no problems."""
        return not self.problems

    @property
    def reasons(self) -> list[str]:
        """Return one sentence for each problem."""
        return [problem.message for problem in self.problems]

    def mismatches(self, *points: Point) -> list[Mismatch]:
        """Return the mismatches in these points; without arguments, all mismatches."""
        mismatches = [each for each in self.problems if isinstance(each, Mismatch)]
        return [each for each in mismatches if not points or each.point in points]

    def findings(self, rules: Collection[Rule]) -> list[PolicyFinding]:
        """Return the policy findings of these rules."""
        findings = [each for each in self.problems if isinstance(each, PolicyFinding)]
        return [each for each in findings if each.rule in rules]
