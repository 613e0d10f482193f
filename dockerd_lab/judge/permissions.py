"""Applies what a project's policy permits strangers, with the reason for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.judge.policy import STRANGERS
from dockerd_lab.levels import LEVELS
from dockerd_lab.observe.observation import Observation
from dockerd_lab.project_file import Permission


@dataclass(frozen=True)
class Permissions:
    """What strangers may get; without any, nothing."""

    insecure: str = ""
    """Why all of them may have all; empty if they may not."""
    levels: Mapping[str, Permission] = field(default_factory=dict)
    """The most that each of them may get."""

    def reason(self, finding: PolicyFinding) -> str | None:
        """Return why a finding is permitted; None if it is not.

        What is unclear is never permitted.
        """
        if finding.rule != "stranger":
            return None
        permission = self.levels.get(finding.who)
        if permission is not None and _rank(finding.level) <= _rank(permission.level):
            return permission.reason or permission.level
        return self.insecure or None

    def stricter_findings(self, observation: Observation) -> Iterator[PolicyFinding]:
        """Yield a finding for each stranger who gets less than control, and still too much."""
        for who, permission in self.levels.items():
            if who not in observation.exposure or _rank(permission.level) >= _FIRST_FORBIDDEN:
                continue
            best = observation.exposure[who].best
            if _rank(permission.level) < _rank(best.level) < _FIRST_FORBIDDEN:
                yield PolicyFinding(
                    "policy",
                    f"{STRANGERS[who]} gets {best.level} at {best.target}, and may get"
                    f" {permission.level}",
                    who,
                    best.level,
                    id="beyond-policy",
                    target=best.target,
                )


_FIRST_FORBIDDEN = LEVELS.index("read-only")


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)
