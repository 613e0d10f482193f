"""Renders findings as GitHub's workflow commands, which annotate the files of a pull request.

For those who cannot upload SARIF. GitHub shows ten of each level for a step: errors come first.
"""

from collections.abc import Sequence

from dockerd_lab.judge.verdict import Report
from dockerd_lab.project import PROJECT_FILE
from dockerd_lab.report.grouped_findings import GroupedFinding, group_findings
from dockerd_lab.report.printable import printable
from dockerd_lab.report.rule_text import rule_text

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def annotations(reports: Sequence[Report]) -> str:
    """Return a line for each finding: `::error file=…,line=…,title=…::…`."""
    return "".join(f"{_command(each)}\n" for each in group_findings(reports))


def _command(group: GroupedFinding) -> str:
    finding = group.finding
    properties = {
        "file": group.file or PROJECT_FILE,
        "line": str(group.line or 1),
        "title": f"{finding.rule}: {rule_text(finding).title}",
    }
    text = f"{finding.message} (on {', '.join(group.engines)}, in {group.report.case})"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(printable(text))}"


def _data(text: str) -> str:
    """Return a text as a command's message may have it; see actions/toolkit, command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
