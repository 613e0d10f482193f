"""Renders the verdict as JUnit XML: a suite for the configuration, a test per engine."""

import re
import xml.etree.ElementTree as ET  # it is only written here, never read
from collections.abc import Sequence

from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.report.verdict_sections import sections

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
    seconds = sum(result.seconds for result in report.results)
    suite = ET.SubElement(
        suites,
        "testsuite",
        {"name": _clean(f"dockerd-lab validate {report.case}"), "time": f"{seconds:.1f}", **counts},
    )
    for result in report.results:
        test = ET.SubElement(
            suite,
            "testcase",
            {
                "classname": _clean(report.case),
                "name": result.engine,
                "time": f"{result.seconds:.1f}",
            },
        )
        if result.verdict not in permitted:
            message = result.reasons[0] if result.reasons else "incomplete: not all was judged"
            failure = ET.SubElement(test, "failure", {"message": _clean(message)})
            failure.text = _clean(_details(report, result))


def _details(report: Report, result: Result) -> str:
    """Return the problems on one engine, each with the title of its section."""
    on_one_engine = report.model_copy(update={"results": [result]})
    return "\n".join(
        f"{section.title}: {item}"
        for section in sections(on_one_engine)
        if section.is_problem
        for item in section.items
    )


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
