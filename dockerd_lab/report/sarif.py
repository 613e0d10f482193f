"""Renders findings as SARIF 2.1.0, which code hosts show where the code is reviewed.

How GitHub reads it: docs.github.com, "SARIF support for code scanning". The schema is OASIS's.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from dockerd_lab.judge.verdict import Finding, Report
from dockerd_lab.project import PROJECT_FILE
from dockerd_lab.report.grouped_findings import GroupedFinding, group_findings
from dockerd_lab.report.printable import printable
from dockerd_lab.report.rule_text import rule_text

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
#: GitHub keeps no more results of a run.
MAX_RESULTS = 5000


def sarif(report: Report) -> str:
    """Return the findings in a configuration as a SARIF file."""
    return project_sarif([report])


def project_sarif(reports: Sequence[Report]) -> str:
    """Return the findings in several configurations as a SARIF file with one run."""
    groups = group_findings(reports)
    kept, left_out = groups[:MAX_RESULTS], groups[MAX_RESULTS:]
    rules = list({each.finding.rule: each.finding for each in kept}.values())
    run = {
        "tool": {
            "driver": {
                "name": "dockerd-lab",
                "semanticVersion": version("dockerd-lab"),
                "rules": [_rule(finding) for finding in rules],
            }
        },
        "automationDetails": {"id": _automation_id(reports)},
        "invocations": [_invocation(left_out)],
        "columnKind": "unicodeCodePoints",
        "results": list(_results(kept, [finding.rule for finding in rules])),
    }
    data = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(_printable(data), indent=1, ensure_ascii=False) + "\n"


def _printable(data: Any) -> Any:
    """Return data with all of its texts printable: they are of configurations and logs."""
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_printable(each) for each in data]
    return printable(data) if isinstance(data, str) else data


def _automation_id(reports: Iterable[Report]) -> str:
    """Return the id by which a code host knows the runs that follow each other."""
    engines = {result.engine: None for report in reports for result in report.results}
    kind = "lint" if all(report.predicted for report in reports) else "validate"
    return f"dockerd-lab/{kind}/{'+'.join(sorted(engines))}/"


def _invocation(left_out: Sequence[GroupedFinding]) -> dict[str, Any]:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{len(left_out)} findings are left out: a run has at most {MAX_RESULTS}"
    note = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [note]}


def _rule(finding: Finding) -> dict[str, Any]:
    text = rule_text(finding)
    why, fix = text.why or text.title, text.fix or "See the finding."
    properties: dict[str, Any] = {"tags": ["docker"], "precision": "very-high"}
    if text.security_severity:
        properties["tags"].append("security")
        properties["security-severity"] = text.security_severity
    code = f"```sh\n{fix}\n```" if "\n" in fix else fix
    more = f"\n\n`{text.page}` says more." if text.page else ""
    return {
        "id": finding.rule,
        "shortDescription": {"text": _sentence(text.title)},
        "fullDescription": {"text": _sentence(why)},
        "help": {
            "text": f"{why}\n\nHow to mend it: {fix}",
            "markdown": f"{why}\n\n**How to mend it**\n\n{code}{more}",
        },
        "defaultConfiguration": {"level": finding.severity},
        "properties": properties,
    }


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _results(groups: Iterable[GroupedFinding], rules: Sequence[str]) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for each in groups:
        line_hash = _line_hash(each)
        seen[line_hash] += 1
        related = [place for place in each.finding.related if place.file is not None]
        result = {
            "ruleId": each.finding.rule,
            "ruleIndex": rules.index(each.finding.rule),
            "level": each.finding.severity,
            "message": {"text": _message(each, [place.message for place in related])},
            "locations": [_location(each.file or PROJECT_FILE, each.line)],
            "partialFingerprints": {"primaryLocationLineHash": f"{line_hash}:{seen[line_hash]}"},
            "properties": {"configuration": each.report.case, "engines": list(each.engines)},
        }
        if related:
            result["relatedLocations"] = [
                {"id": number, "message": {"text": place.message}}
                | _location(place.file or PROJECT_FILE, place.line)
                for number, place in enumerate(related, 1)
            ]
        yield result


def _message(group: GroupedFinding, related: Iterable[str]) -> str:
    """Return the finding's own words, with links to the related places."""
    text = _sentence(group.finding.message)
    text = f"{text} On {', '.join(group.engines)}, in {group.report.case}."
    if "](" in text:  # it would be read as a link
        text = text.replace("[", r"\[").replace("]", r"\]")
    return text + "".join(f" See [{words}]({number})." for number, words in enumerate(related, 1))


def _location(file: str, line: int | None) -> dict[str, Any]:
    """Return one line of a file; the first, of what is about no line."""
    artifact = {"uri": quote(file, errors="replace"), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": line or 1}}}


def _line_hash(group: GroupedFinding) -> str:
    """Return what stays the same while the line is only moved, or the finding worded anew."""
    finding = group.finding
    source = " ".join((finding.source or "").split())
    parts = (finding.rule, group.report.case, group.file or "", source)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:16]
