"""Renders the verdict on a configuration as JSON, and the schema of that JSON."""

import json
from collections.abc import Sequence

from dockerd_lab.judge.verdict import ProjectReport, Report


def as_json(report: Report) -> str:
    """Return the verdict as JSON; its keys are in `dockerd_lab.judge.verdict`."""
    return report.model_dump_json(by_alias=True, indent=1) + "\n"


def project_as_json(reports: Sequence[Report]) -> str:
    """Return the verdicts on a project's configurations as JSON."""
    whole = ProjectReport(configurations=list(reports))
    return whole.model_dump_json(by_alias=True, indent=1) + "\n"


def schema(*, project: bool = False) -> str:
    """Return the JSON schema of the verdict, or of those on a project's configurations."""
    model = ProjectReport if project else Report
    return json.dumps(model.model_json_schema(by_alias=True, mode="serialization"), indent=1) + "\n"
