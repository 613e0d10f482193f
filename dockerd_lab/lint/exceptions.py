"""Leaves out of a prediction what a project permits or ignores, and says why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.levels import LEVELS
from dockerd_lab.lint.prediction import WHO, Finding, Prediction
from dockerd_lab.lint.rule import load_rule

_COMMENT = re.compile(r"[#;]\s*dockerd-lab:\s*ignore\[([\w, -]+)\]\s*(.*)")
_NO_EFFECT = "no-effect"
_FIRST_OPEN = LEVELS.index("read-only")


@dataclass(frozen=True)
class Exceptions:
    """What is not reported of a configuration, each with the reason."""

    ignored: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The reasons by rule."""
    insecure: str = ""
    """Why strangers may get in; empty if they may not."""
    levels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """The most that each stranger may get, with the reason."""


def without_exceptions(prediction: Prediction, inputs: Input, exceptions: Exceptions) -> Prediction:
    """Return a prediction whose findings are reported, and what is permitted instead of the others.

    A comment in a file, `# dockerd-lab: ignore[RULE] REASON`, is for its own and the next line.
    """
    findings, permitted = [], []
    for finding in prediction.findings:
        reason = _reason(finding, prediction, inputs, exceptions)
        if reason is None:
            findings.append(finding)
        else:
            permitted.append(f"{finding.rule}: {finding.message}: {reason}")
    ignored = []
    for each in prediction.no_effect:
        place = inputs.place_at(each.where)
        reason = exceptions.ignored.get(_NO_EFFECT) or _comment(_NO_EFFECT, place, inputs)
        if reason is None:
            ignored.append(each)
        else:
            permitted.append(f"{_NO_EFFECT}: {each.setting}: {reason}")
    return replace(
        prediction,
        findings=tuple(findings),
        no_effect=tuple(ignored),
        permitted=tuple(permitted),
    )


def _reason(
    finding: Finding, prediction: Prediction, inputs: Input, exceptions: Exceptions
) -> str | None:
    """Return why a finding is not reported; None if it is."""
    if (ignored := exceptions.ignored.get(finding.rule)) is not None:
        return ignored
    if (comment := _comment(finding.rule, finding.place, inputs)) is not None:
        return comment
    if load_rule(finding.rule).security_severity:
        return exceptions.insecure or _permitted_levels(prediction, exceptions)
    return None


def _permitted_levels(prediction: Prediction, exceptions: Exceptions) -> str | None:
    """Return the reasons for all that strangers get, or None if one of them may not get it."""
    reasons = []
    for who in (each for each in WHO if each != "client"):
        rank = _rank(prediction.exposure[who])
        if rank < _FIRST_OPEN:
            continue
        level, reason = exceptions.levels.get(who, ("", ""))
        if not level or rank > _rank(level):
            return None
        reasons.append(reason or level)
    return "; ".join(dict.fromkeys(reasons)) or None


def _rank(level: str) -> int:
    """Return the rank of a level; what is unknown is more than all."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _comment(rule: str, place: Place | None, inputs: Input) -> str | None:
    """Return the reason in a comment at a place that ignores a rule there."""
    if place is None or place.line is None:
        return None
    lines = inputs.texts.get(place.file, "").splitlines()
    for line in lines[max(place.line - 2, 0) : place.line]:
        match = _COMMENT.search(line)
        if match and rule in re.split(r"[,\s]+", match[1]):
            return match[2].strip() or "a comment ignores it"
    return None
