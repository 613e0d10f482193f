"""Collects the findings of a configuration, each once with the engines on which it holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dockerd_lab.judge.verdict import Finding, Report, Result
from dockerd_lab.report.rule_text import rule_text

_ORDER = ("error", "warning", "note")


@dataclass
class Entry:
    """A finding, with the engines that have it and how each of them puts it."""

    finding: Finding
    title: str
    cause: str
    fix: str
    page: str = ""
    """The command that says more."""
    messages: dict[str, list[str]] = field(default_factory=dict)
    """The engines, by the message."""

    @property
    def place(self) -> str:
        """Return the file and line, or nothing."""
        return place_of(self.finding)

    @property
    def engines(self) -> list[str]:
        """Return all engines that have it."""
        return [engine for engines in self.messages.values() for engine in engines]


def entries(report: Report) -> list[Entry]:
    """Return the findings of a report, errors first.

    Engines word the same failure in different ways: what has the same rule and place is one.
    """
    found: dict[tuple[str, ...], Entry] = {}
    for result in report.results:
        for finding in findings(result):
            entry = found.setdefault(_key(finding), _entry(finding))
            entry.messages.setdefault(finding.message, []).append(result.engine)
    return sorted(found.values(), key=lambda entry: _ORDER.index(entry.finding.severity))


def findings(result: Result) -> Iterable[Finding]:
    """Return the findings of a result; those of older files are made of its lists."""
    return result.findings or list(_from_lists(result))


def place_of(finding: Finding) -> str:
    """Return the file and line: from the repository's root, or else as the user named the file."""
    if finding.file is not None and finding.source is not None:
        return f"{finding.file}:{finding.line}" if finding.line else finding.file
    return finding.where or ""


def _key(finding: Finding) -> tuple[str, ...]:
    place = finding.where or ""
    return (finding.severity, finding.rule, place, "" if place else finding.message)


def _entry(finding: Finding) -> Entry:
    if not finding.rule:  # of an older file
        return Entry(finding, "", finding.cause, finding.fix)
    text = rule_text(finding)
    cause, fix = finding.cause or text.why, finding.fix or text.fix
    return Entry(finding, text.title, cause, fix, text.page)


def _from_lists(result: Result) -> Iterator[Finding]:
    for error in result.errors:
        yield Finding(
            rule=error.id,
            severity="error",
            message=error.message,
            cause=error.cause,
            fix=error.fix,
            where=error.where,
        )
    for reason in result.reasons:
        yield Finding(rule="", severity="error", message=reason)
    for item in result.not_judged:
        yield Finding(
            rule="not-judged",
            severity="warning",
            message=f"{item.name}: {item.message}",
            fix=item.settle,
            where=item.where,
        )
    for setting in result.no_effect:
        yield Finding(
            rule="no-effect",
            severity="warning",
            message=f"{setting.setting}: {setting.message}",
            fix=setting.fix,
            where=setting.where,
        )
