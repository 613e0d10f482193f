"""Collects the findings of a configuration, each once with the engines on which it holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dockerd_lab.judge.verdict import Finding, Report, Result

_ORDER = ("error", "warning", "note")


@dataclass(frozen=True)
class Entry:
    """A finding and its engines."""

    finding: Finding
    engines: tuple[str, ...]
    everywhere: bool
    """Whether these are all engines of the report."""

    @property
    def place(self) -> str:
        """Return the file and line, or nothing."""
        return self.finding.where or ""


def entries(report: Report) -> list[Entry]:
    """Return the findings of a report, errors first."""
    engines: dict[tuple[str, ...], list[str]] = {}
    first: dict[tuple[str, ...], Finding] = {}
    for result in report.results:
        for finding in findings(result):
            key = (finding.severity, finding.rule, finding.message, finding.where or "")
            first.setdefault(key, finding)
            if result.engine not in engines.setdefault(key, []):
                engines[key].append(result.engine)
    every = len(report.results)
    found = [Entry(first[key], tuple(engines[key]), len(engines[key]) == every) for key in first]
    return sorted(found, key=lambda entry: _ORDER.index(entry.finding.severity))


def findings(result: Result) -> Iterable[Finding]:
    """Return the findings of a result; those of older files are made of its lists."""
    return result.findings or list(_from_lists(result))


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
        message = f"{item.name}: {item.message}"
        yield Finding(
            rule="not-judged",
            severity="warning",
            message=message,
            fix=item.settle,
            where=item.where,
        )
    for setting in result.no_effect:
        message = f"{setting.setting}: {setting.message}"
        yield Finding(
            rule="no-effect",
            severity="warning",
            message=message,
            fix=setting.fix,
            where=setting.where,
        )
