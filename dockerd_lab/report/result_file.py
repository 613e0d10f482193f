"""Reads and writes result files: those of `validate --json` and `lint --json`, and the last run's.

All reports of a run are made from its result, so each of them says the same.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.tree import STDIN
from dockerd_lab.judge.result_findings import MISMATCH, NO_EFFECT, NOT_JUDGED
from dockerd_lab.judge.verdict import Finding, ProjectReport, Report, Result
from dockerd_lab.project import Project
from dockerd_lab.report.predicted import predicted_report
from dockerd_lab.report.verdict_json import project_as_json

#: A larger file (bytes) is no result.
_MAX_BYTES = 100_000_000


def last_run(project: Project) -> Path:
    """Return the file with the result of the project's last run on machines."""
    return project.state / "result.json"


def keep_last_run(project: Project, reports: Sequence[Report]) -> None:
    """Keep the result of a run, for `report show` and `report diff`; only the user can read it.

    A state directory that cannot be written to is no reason to fail: the run has its own reports.
    """
    file = last_run(project)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        part.write_text(project_as_json(reports), encoding="utf-8")
        part.replace(file)


def read_last_run(project: Project) -> list[Report]:
    """Return the reports of the project's last run; raises BadInput if there was none."""
    file = last_run(project)
    if not file.exists():
        raise BadInput(f"no run of {project.root} yet", "dockerd-lab validate")
    return read_result(file).configurations


def read_result(file: Path) -> ProjectReport:
    """Return the results in a file; those of a single configuration count as a project's.

    `-` is standard input. Raises BadInput if it has none.
    """
    data = _data(file)
    if not isinstance(data, dict) or "schema" not in data:
        raise BadInput(f"{file}: no result of `dockerd-lab validate --json`")
    if data["schema"] != 1:
        raise BadInput(f"{file}: its schema is {data['schema']!r}; this dockerd-lab reads 1")
    try:
        if _is_of_lint(data):
            return ProjectReport(configurations=_predictions(data))
        if "case" in data:
            reports = [Report.model_validate(data)]
        else:
            reports = ProjectReport.model_validate(data).configurations
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise BadInput(f"{file}: {key}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file}: no result of `dockerd-lab lint --json`: {error}") from None
    return ProjectReport(configurations=[_with_findings(each) for each in reports])


def _with_findings(report: Report) -> Report:
    """Return a report whose results have findings: older results have only the lists of them."""
    results = [
        each
        if "findings" in each.model_fields_set
        else each.model_copy(update={"findings": list(_from_lists(each))})
        for each in report.results
    ]
    return report.model_copy(update={"results": results})


def _from_lists(result: Result) -> Iterator[Finding]:
    """Yield the findings of an older result, whose files are not known from the repository on."""
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
        yield Finding(rule=MISMATCH, severity="error", message=reason)
    for each in result.no_effect:
        message = f"{each.setting}: {each.message}"
        yield Finding(
            rule=NO_EFFECT, severity="warning", message=message, fix=each.fix, where=each.where
        )
    for item in result.not_judged:
        message = f"{item.name}: {item.message}"
        yield Finding(
            rule=NOT_JUDGED, severity="warning", message=message, fix=item.settle, where=item.where
        )


def _is_of_lint(data: dict[str, Any]) -> bool:
    """Return whether `lint --json` wrote it; a report on predictions has a verdict, too."""
    results = data.get("results") or [{}]
    return bool(data.get("predicted")) and "verdict" not in results[0]


def _predictions(data: dict[str, Any]) -> list[Report]:
    return [predicted_report(each) for each in data.get("configurations", [data])]


def _data(file: Path) -> Any:
    try:
        with nullcontext(sys.stdin.buffer) if file == STDIN else file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise BadInput(f"{file}: larger than {_MAX_BYTES} bytes; this is no result")
        return json.loads(data.decode())
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{file}:{error.lineno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file}: not JSON: {error}") from None
