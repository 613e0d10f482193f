"""Lists the formats of a verdict's report that a file can be written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `lint` has these options, and most often uses none of them
    from dockerd_lab.judge.verdict import Report


@dataclass(frozen=True)
class ReportFormat:
    """A format, and the option of `validate` and `lint` that names the file for it."""

    option: str
    help: str
    module: str
    """Its module in `dockerd_lab.report`, which is imported when the format is used."""
    one: str
    """The function that renders a report."""
    several: str
    """The function that renders the reports on all configurations of a project."""

    def render(self, report: "Report") -> str:
        """Return the report on one configuration."""
        return self._call(self.one, report)

    def render_project(self, reports: "Sequence[Report]") -> str:
        """Return the report on all configurations of a project."""
        return self._call(self.several, reports)

    def _call(self, function: str, argument: object) -> str:
        module = import_module(f"dockerd_lab.report.{self.module}")
        return str(getattr(module, function)(argument))


#: A new format is a module with two functions, and a line here.
FORMATS = (
    ReportFormat(
        "--json", "the result as JSON; - is stdout", "verdict_json", "as_json", "project_as_json"
    ),
    ReportFormat(
        "--junitxml", "as JUnit XML; - is stdout", "verdict_junit", "junit", "project_junit"
    ),
    ReportFormat(
        "--markdown", "as Markdown; - is stdout", "verdict_markdown", "markdown", "project_markdown"
    ),
    ReportFormat(
        "--html",
        "as an HTML page that needs nothing else; - is stdout",
        "html",
        "html",
        "project_html",
    ),
    ReportFormat(
        "--sarif", "the findings as SARIF 2.1.0; - is stdout", "sarif", "sarif", "project_sarif"
    ),
)
