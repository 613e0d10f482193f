"""Puts the findings on all engines together: each once, with the engines on which it holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from dockerd_lab.judge.result_findings import WITHOUT_TITLE
from dockerd_lab.judge.verdict import Finding, Report

_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class GroupedFinding:
    """A finding in a configuration."""

    report: Report
    """The configuration."""
    finding: Finding
    """As it is on the first engine; its message has the other engines' wordings, too."""
    engines: tuple[str, ...]

    @property
    def file(self) -> str | None:
        """Return its file, or the one that declares the configuration."""
        return self.finding.file or self.report.file

    @property
    def line(self) -> int | None:
        """Return its line in `file`, if it has one."""
        return self.finding.line if self.finding.file else self.report.line

    @property
    def holds_everywhere(self) -> bool:
        """Return whether it holds on every engine on which the configuration was tried."""
        return len(self.engines) == len(self.report.results)


def group_findings(reports: Iterable[Report]) -> list[GroupedFinding]:
    """Return the findings in all configurations, errors first."""
    groups = [group for report in reports for group in _groups(report)]
    return sorted(groups, key=lambda each: _SEVERITIES.index(each.finding.severity))


def _groups(report: Report) -> Iterable[GroupedFinding]:
    by_key: dict[tuple[str, ...], list[tuple[str, Finding]]] = {}
    for result in report.results:
        for each in result.findings:
            by_key.setdefault(_key(each), []).append((result.engine, each))
    for entries in by_key.values():
        findings = [finding for _, finding in entries]
        messages = list(dict.fromkeys(each.message for each in findings))
        worst = min((each.severity for each in findings), key=_SEVERITIES.index)
        finding = findings[0].model_copy(
            update={"message": "; or: ".join(messages), "severity": worst}
        )
        engines = tuple(dict.fromkeys(engine for engine, _ in entries))
        yield GroupedFinding(report, finding, engines)


def _key(finding: Finding) -> tuple[str, ...]:
    """Return what is the same of a finding on all engines; they word a failure differently."""
    message = finding.message if finding.rule in WITHOUT_TITLE else ""
    return (finding.rule, str(finding.where), message)
