"""Renders the verdict on a configuration as JSON, and the schema of that JSON."""

import json

from dockerd_lab.judge.verdict import Report


def as_json(report: Report) -> str:
    """Return the verdict as JSON; its keys are in `dockerd_lab.judge.verdict`."""
    return report.model_dump_json(by_alias=True, indent=1) + "\n"


def schema() -> str:
    """Return the JSON schema of the verdict."""
    return (
        json.dumps(Report.model_json_schema(by_alias=True, mode="serialization"), indent=1) + "\n"
    )
