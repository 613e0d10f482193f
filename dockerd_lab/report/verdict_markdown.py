"""Renders the verdict on a configuration in Markdown, for the summary of a CI job."""

import re
from collections.abc import Sequence

from dockerd_lab.judge.verdict import Report
from dockerd_lab.report.observation_rows import shows_container_level
from dockerd_lab.report.verdict_sections import headline, sections

_HEAD = ("engine", "docker", "daemon", "s", "client", "outsider", "local user", "verdict")


def markdown(report: Report) -> str:
    """Return a heading, a table with a row per engine, and a list per section."""
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
                f"{result.start_seconds:.1f}",
                exposure.client,
                exposure.outsider,
                exposure.local_user,
                *([exposure.container or ""] if with_container else []),
                result.verdict if result.verdict == "passed" else f"**{result.verdict}**",
            )
        )
    for section in sections(report, all_files=True):
        lines += ["", f"### {section.title}", ""]
        for item in section.items:
            first, *more = item.splitlines()
            lines += [f"- {_plain(first)}", *(f"  - {_plain(line)}" for line in more)]
    return "\n".join(lines) + "\n"


def project_markdown(reports: Sequence[Report]) -> str:
    """Return the verdicts on a project's configurations, one below the other."""
    return "\n".join(map(markdown, reports))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """Return a text with the characters escaped that Markdown and HTML interpret."""
    return re.sub(r"([\\`*_\[\]<>|#&~$])", r"\\\1", text)
