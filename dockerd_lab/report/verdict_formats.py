"""Lists the formats of a verdict's report that a file can be written in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dockerd_lab.judge.verdict import Report
from dockerd_lab.report.verdict_json import as_json, project_as_json
from dockerd_lab.report.verdict_junit import junit, project_junit
from dockerd_lab.report.verdict_markdown import markdown, project_markdown


@dataclass(frozen=True)
class ReportFormat:
    """A format, and the option of `validate` that names the file for it."""

    option: str
    help: str
    render: Callable[[Report], str]
    render_project: Callable[[Sequence[Report]], str]
    """The same for all configurations of a project."""


#: A new format is a module with a function like `render`, and a line here.
FORMATS = (
    ReportFormat("--json", "the verdict as JSON; - is stdout", as_json, project_as_json),
    ReportFormat("--junitxml", "the verdict as JUnit XML; - is stdout", junit, project_junit),
    ReportFormat("--markdown", "the verdict as Markdown; - is stdout", markdown, project_markdown),
)
