"""Renders the verdict on a configuration in Markdown, for the summary of a CI job."""

import re
from collections.abc import Iterator, Sequence

from dockerd_lab.judge.verdict import Report
from dockerd_lab.report.grouped_findings import GroupedFinding, group_findings
from dockerd_lab.report.observation_rows import shows_container_level
from dockerd_lab.report.printable import printable
from dockerd_lab.report.rule_text import rule_text
from dockerd_lab.report.verdict_sections import headline, sections

_HEAD = ("engine", "docker", "daemon", "s", "client", "outsider", "local user", "verdict")


def markdown(report: Report) -> str:
    """Return a heading, a table with a row per engine, the findings, and a list per section."""
    lines = [f"## {_plain(report.case)}: {_plain(headline(report))}", ""]
    with_container = any(shows_container_level(each.exposure.container) for each in report.results)
    head = (*_HEAD[:-1], *(["container"] if with_container else []), _HEAD[-1])
    lines += [_row(*head), _row(*("---" for _ in head))]
    for result in report.results:
        exposure = result.exposure
        lines.append(
            _row(
                result.engine,
                result.engine_version,
                result.daemon,
                "" if report.predicted else f"{result.start_seconds:.1f}",
                exposure.client,
                exposure.outsider,
                exposure.local_user,
                *([exposure.container or ""] if with_container else []),
                result.verdict if result.verdict == "passed" else f"**{result.verdict}**",
            )
        )
    if groups := group_findings([report]):
        lines += ["", "### findings", ""]
        lines += [line for each in groups for line in _finding(each)]
    for section in sections(report, all_files=True):
        if section.is_finding:
            continue
        lines += ["", f"### {section.title}", ""]
        for item in section.items:
            first, *more = item.splitlines()
            lines += [f"- {_plain(first)}", *(f"  - {_plain(line)}" for line in more)]
    return "\n".join(lines) + "\n"


def project_markdown(reports: Sequence[Report]) -> str:
    """Return the verdicts on a project's configurations, one below the other.

    Of several, a table comes first that has the verdict on each.
    """
    summary = []
    if len(reports) > 1:
        summary = [_row("configuration", "verdict", "what it does"), _row("---", "---", "---")]
        summary += [
            _row(
                _plain(each.case),
                each.verdict if each.passed else f"**{each.verdict}**",
                _plain(headline(each)),
            )
            for each in reports
        ]
    return "\n".join([*(["\n".join(summary) + "\n"] if summary else []), *map(markdown, reports)])


def _finding(group: GroupedFinding) -> Iterator[str]:
    """Yield the lines of a finding: what and where, then why, and what mends it."""
    finding = group.finding
    where = f" ({_plain(finding.where)})" if finding.where else ""
    engines = "" if group.holds_everywhere else f" on {', '.join(group.engines)}"
    message = " ".join(printable(finding.message).split())
    yield f"- **{finding.severity}{engines}** `{finding.rule}`: {_plain(message)}{where}"
    text = rule_text(finding)
    yield from _lines("cause", finding.cause or text.why)
    yield from _lines("fix", finding.fix or text.fix)


def _lines(title: str, text: str) -> Iterator[str]:
    lines = printable(text).splitlines()
    yield from (f"  - {title}: {_plain(line)}" for line in lines if line.strip())


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """Return a text with the characters escaped that Markdown and HTML interpret."""
    return re.sub(r"([\\`*_\[\]<>|#&~$])", r"\\\1", " ".join(printable(text).split("\n")))
