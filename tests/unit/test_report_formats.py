"""All formats of a run's report are made from one result, and say the same."""

import functools
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
from recorded_reports import recorded_reports

from dockerd_lab.judge.verdict import ProjectReport
from dockerd_lab.report.annotations import annotations
from dockerd_lab.report.verdict_formats import FORMATS
from dockerd_lab.report.verdict_terminal import verdict

FORMAT = {each.option.removeprefix("--"): each for each in FORMATS}


@pytest.fixture(scope="module")
def reports():
    """The verdicts on what was recorded, as they are in a result file."""
    text = FORMAT["json"].render_project(recorded_reports(by_policy=True))
    return ProjectReport.model_validate(json.loads(text)).configurations


@pytest.fixture(scope="module")
def rendered(reports):
    """The reports in a format, which are rendered once for all tests."""
    return functools.cache(lambda name: FORMAT[name].render_project(reports))


def by_place(reports):
    """The engines by configuration, rule, file and line: what every format has to say."""
    found = {}
    for report in reports:
        for result in report.results:
            for each in result.findings:
                # A file that a fix has made is on the machine alone.
                place = (each.file, each.line or 1) if each.file else ("dockerd-lab.yaml", 1)
                key = (report.case, each.rule, *place)
                found.setdefault(key, set()).add(result.engine)
    return found


def test_there_is_enough_to_compare(reports):
    found = by_place(reports)
    assert len(found) > 60
    assert len({rule for _, rule, _, _ in found}) > 20


def test_sarif_has_every_finding_at_its_place_with_its_engines(reports, rendered):
    (run,) = json.loads(rendered("sarif"))["runs"]
    shown = {}
    for each in run["results"]:
        physical = each["locations"][0]["physicalLocation"]
        place = physical["artifactLocation"]["uri"], physical["region"]["startLine"]
        key = (each["properties"]["configuration"], each["ruleId"], *place)
        shown.setdefault(key, set()).update(each["properties"]["engines"])
    assert shown == by_place(reports)
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert len(set(prints)) == len(prints)


def test_annotations_have_the_same_as_sarif(reports):
    pattern = r"::\w+ file=(.*?),line=(\d+),title=([\w-]+)%3A .* \(on ([^()]*), in (\S+)\)"
    lines = annotations(reports).splitlines()
    shown = {}
    for file, line, rule, engines, case in (re.fullmatch(pattern, each).groups() for each in lines):
        shown.setdefault((case, rule, file, int(line)), set()).update(engines.split(", "))
    assert shown == by_place(reports)


def test_markdown_has_every_finding_once(reports, rendered):
    text = rendered("markdown")
    for report, part in zip(reports, re.split(r"(?m)^## ", text)[1:], strict=True):
        listed = Counter(re.findall(r"(?m)^- \*\*\w+.*?\*\* `([\w-]+)`", part))
        places = {
            (each.rule, each.where, each.message if each.rule in _OWN_WORDS else "")
            for result in report.results
            for each in result.findings
        }
        assert listed == Counter(rule for rule, *_ in places), report.case


_OWN_WORDS = ("no-effect", "not-judged", "not-as-expected")


def test_junit_has_the_findings_of_each_engine(reports, rendered):
    suites = ET.fromstring(rendered("junitxml"))  # noqa: S314  (our own)
    tests = {(test.get("classname"), test.get("name")): test for test in suites.iter("testcase")}
    for report in reports:
        for result in report.results:
            failure = tests[report.case, result.engine].find("failure")
            assert (failure is not None) == (result.verdict != "passed")
            for each in result.findings if failure is not None else ():
                name = each.rule.replace("not-judged", "not judged")
                assert f"{each.severity}: {name}: " in failure.text
                assert each.where is None or each.where in failure.text


def test_the_terminal_has_the_words_of_every_finding(reports):
    for report in reports:
        flat = " ".join(verdict(report, width=10_000, colour=False).split())
        for result in report.results:
            reasons = [*result.reasons, *(each.message for each in result.errors)]
            reasons += [each.message for each in (*result.no_effect, *result.not_judged)]
            for reason in reasons:
                assert " ".join(reason.split()) in flat, report.case


def test_html_has_every_finding_at_its_configuration_and_in_its_trials(reports, rendered):
    page = rendered("html")
    sections = {
        name: section
        for section in page.split('<section class="configuration" ')[1:]
        for name in re.findall(r"<h3 [^>]*>(\S+) <span", section)
    }
    assert sections.keys() == {report.case for report in reports}
    for (case, rule, file, line), engines in by_place(reports).items():
        head, *trials = re.split(r'<details class="trial \w+" id="', sections[case])
        assert f"[{rule}]" in head, case
        if file != "dockerd-lab.yaml":
            assert f"{file}:{line}" in head or f"<code>{file}</code>" in head, case
        shown = {each.partition('"')[0].rpartition(".")[2] for each in trials if rule in each}
        assert engines <= shown, case


def test_html_has_no_finding_more(reports, rendered):
    page = rendered("html")
    shown = Counter(re.findall(r"<li><b>\w+\[([\w-]+)\]</b>", page))
    found = Counter(
        each.rule for report in reports for result in report.results for each in result.findings
    )
    assert shown == found


@pytest.mark.parametrize("name", FORMAT)
def test_two_reports_from_one_result_are_the_same_bytes(reports, rendered, name):
    copies = ProjectReport.model_validate_json(rendered("json")).configurations
    assert FORMAT[name].render_project(copies) == rendered(name)
    assert FORMAT[name].render(copies[0]) == FORMAT[name].render(reports[0])
