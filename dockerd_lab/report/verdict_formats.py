"""Lists the formats of a verdict's report that a file can be written in."""

from collections.abc import Callable
from dataclasses import dataclass

from dockerd_lab.judge.verdict import Report
from dockerd_lab.report.verdict_json import as_json
from dockerd_lab.report.verdict_junit import junit
from dockerd_lab.report.verdict_markdown import markdown


@dataclass(frozen=True)
class ReportFormat:
    """A format, and the option of `validate` that names the file for it."""

    option: str
    help: str
    render: Callable[[Report], str]


#: A new format is a module with a function like `render`, and a line here.
FORMATS = (
    ReportFormat("--json", "the verdict as JSON; - is stdout", as_json),
    ReportFormat("--junitxml", "the verdict as JUnit XML", junit),
    ReportFormat("--markdown", "the verdict as Markdown", markdown),
)
