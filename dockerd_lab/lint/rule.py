"""Reads the rules of lint: a YAML file each under rules/, named after its id.

A rule for a known error has only a severity and examples: the rest is the known error's.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import known_errors
from dockerd_lab.lint.prediction import Severity
from dockerd_lab.project import LINT_RULES

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Rule:
    """Something that lint finds, with what a reader needs to know of it."""

    id: str
    severity: Severity
    title: str
    why: str
    """Why it is wrong, or what comes of it."""
    fix: str
    bad: Mapping[str, str] = field(default_factory=dict)
    """A configuration in which the rule finds it: texts by path; `--command` is a command."""
    good: Mapping[str, str] = field(default_factory=dict)
    """The same one without it."""
    no_example: str = ""
    """Why there is no example."""
    security_severity: str = ""
    """How bad it is from 0.0 to 10.0, as CVSS has it, if somebody gets in who should not."""
    also: tuple[str, ...] = field(default=())
    """The rules that find something in the bad example as well, since it is wrong in two ways."""


def rule_ids() -> list[str]:
    """Return the ids of all rules."""
    return [*_rule_ids()]


@functools.cache
def _rule_ids() -> tuple[str, ...]:
    """Return the same; of each finding it is asked whether a rule has its id."""
    return tuple(sorted(file.stem for file in LINT_RULES.glob("*.yaml")))


@functools.cache
def load_rule(rule_id: str) -> Rule:
    """Return a rule; raises BadInput if there is none of this id."""
    check_ids([rule_id])
    text = (LINT_RULES / f"{rule_id}.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=_Loader)  # noqa: S506  (the loader is a safe one)
    if "title" not in data:
        known = known_errors()[rule_id]
        data |= {"title": known.title, "why": known.cause, "fix": known.fix_text}
    data["also"] = tuple(data.get("also", ()))
    return Rule(id=rule_id, **data)


def check_ids(ids: Iterable[str], place: str = "") -> None:
    """Raise BadInput if there is no rule of one of these ids; `place` begins the message."""
    for each in ids:
        if each not in rule_ids():
            raise BadInput(
                f"{place}: no rule {each!r}" if place else f"no rule {each!r}",
                "dockerd-lab rule --list shows them",
            )
