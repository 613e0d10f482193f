"""Collects the findings of a configuration, each once with the engines on which it holds."""

from dataclasses import dataclass, field

from dockerd_lab.judge.verdict import Finding, Report
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
        for finding in result.findings:
            entry = found.setdefault(_key(finding), _entry(finding))
            entry.messages.setdefault(finding.message, []).append(result.engine)
    return sorted(found.values(), key=lambda entry: _ORDER.index(entry.finding.severity))


def place_of(finding: Finding) -> str:
    """Return the file and line: from the repository's root, or else as the user named the file."""
    if finding.file is not None and finding.source is not None:
        return f"{finding.file}:{finding.line}" if finding.line else finding.file
    return finding.where or ""


def _key(finding: Finding) -> tuple[str, ...]:
    place = finding.where or ""
    return (finding.severity, finding.rule, place, "" if place else finding.message)


def _entry(finding: Finding) -> Entry:
    text = rule_text(finding)
    cause, fix = finding.cause or text.why, finding.fix or text.fix
    return Entry(finding, text.title, cause, fix, text.page)
