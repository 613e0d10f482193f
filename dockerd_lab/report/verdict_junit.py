"""Renders the verdict as JUnit XML: a suite for the configuration, a test per engine."""

import re
import xml.etree.ElementTree as ET  # it is only written here, never read
from collections.abc import Iterator, Sequence

from dockerd_lab.judge.result_findings import NOT_JUDGED
from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.report.grouped_findings import GroupedFinding, group_findings
from dockerd_lab.report.rule_text import rule_text

#: Control characters, which no XML may hold.
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """Return the XML document."""
    return project_junit([report])


def project_junit(reports: Sequence[Report]) -> str:
    """Return the XML document on several configurations."""
    suites = ET.Element("testsuites")
    for report in reports:
        _add_suite(suites, report)
    for count in ("tests", "failures", "errors"):
        suites.set(count, str(sum(int(suite.attrib[count]) for suite in suites)))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _add_suite(suites: ET.Element, report: Report) -> None:
    permitted = ("passed", "incomplete") if report.allow_incomplete else ("passed",)
    failed = sum(result.verdict not in permitted for result in report.results)
    counts = {"tests": str(len(report.results)), "failures": str(failed), "errors": "0"}
    kind = "lint" if report.predicted else "validate"
    seconds = sum(result.seconds for result in report.results)
    suite = ET.SubElement(
        suites,
        "testsuite",
        {"name": _clean(f"dockerd-lab {kind} {report.case}"), "time": f"{seconds:.1f}", **counts},
    )
    for result in report.results:
        place = {"file": _clean(report.file)} if report.file is not None else {}
        test = ET.SubElement(
            suite,
            "testcase",
            {
                "classname": _clean(report.case),
                "name": result.engine,
                "time": f"{result.seconds:.1f}",
                **place,
            },
        )
        if result.verdict not in permitted:
            failure = ET.SubElement(test, "failure", {"message": _clean(_message(result))})
            failure.text = _clean(_details(report, result))
        if attachments := _attachments(result):
            ET.SubElement(test, "system-out").text = _clean(attachments)


def _message(result: Result) -> str:
    """Return the reason in one line: what is wrong, and the rule and place of it."""
    if not result.reasons:
        return "incomplete: not all was judged"
    first = next((each for each in result.findings if each.severity == "error"), None)
    if first is None or result.reasons[0] in first.message:
        return result.reasons[0]
    where = f" at {first.where}" if first.where else ""
    return f"{result.reasons[0]}: {first.rule}{where}"


def _attachments(result: Result) -> str:
    """Return the files of the evidence as lines that GitLab and Jenkins show as attachments."""
    evidence = result.evidence
    if evidence is None or evidence.directory is None:
        return ""
    return "\n".join(f"[[ATTACHMENT|{evidence.directory}/{name}]]" for name in evidence.files)


def _details(report: Report, result: Result) -> str:
    """Return the findings on one engine, each with its place, cause and fix."""
    groups = group_findings([report.model_copy(update={"results": [result]})])
    return "\n".join(line for each in groups for line in _finding(each))


def _finding(group: GroupedFinding) -> Iterator[str]:
    finding, text = group.finding, rule_text(group.finding)
    name = finding.rule if finding.rule != NOT_JUDGED else "not judged"
    yield f"{finding.severity}: {name}: {finding.message}"
    if finding.where:
        yield f"  at {finding.where}"
    if finding.source:
        yield f"  {finding.source.strip()}"
    yield f"  cause: {finding.cause or text.why}"
    yield from (f"  fix: {line}" for line in (finding.fix or text.fix).splitlines())


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
