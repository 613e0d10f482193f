"""The HTML report: what it says, that nothing in a result becomes a part of it, and its size."""

import base64
import hashlib
import json
import re

import hostile
import pytest
from html_page import Page
from observations import failed, observation, opened
from recorded_reports import recorded_reports

from dockerd_lab.judge.result_findings import NO_EFFECT
from dockerd_lab.judge.verdict import Finding, ProjectReport, Report
from dockerd_lab.report.html import html, project_html
from dockerd_lab.report.html_answer import answer
from dockerd_lab.report.html_excerpts import MAX_LINES, excerpt
from dockerd_lab.report.verdict_json import project_as_json

FEW = (
    "methods/systemd-dropin",
    "methods/nginx-mtls",
    "methods/firewall-allow-list",
    "failures/hosts-in-file-stock-unit",
    "failures/key-host-ignored",
)


@pytest.fixture(scope="session")
def few():
    """Reports of real observations, judged as files of a user."""
    return recorded_reports(FEW, by_policy=True)


def test_the_answer_stands_at_the_top(judged):
    report = Report(case="web", results=[judged({}, opened(), command="dockerd -H tcp://:1")])
    assert answer([report]) == (
        "web starts on Docker 20.10.24; an outsider, a local user and a container are root."
    )
    other = judged({}, failed(engine="debian-14"), command="dockerd", version="28.5.2")
    two = Report(case="web", results=[*report.results, other])
    assert answer([two]) == (
        "web starts on Docker 20.10.24, does not start on Docker 28.5.2; an outsider, a local user"
        " and a container are root on debian-12."
    )
    closed = Report(case="web", results=[judged({}, observation(), command="dockerd")])
    assert answer([closed]) == "web starts on Docker 20.10.24; no stranger gets in."
    assert Page(html(two)).text.split("seen on real engines ")[1].startswith(answer([two]))


def test_of_several_the_answer_counts(few):
    assert answer(few) == (
        "3 of 5 configurations fail; dockerd does not start with 1; an outsider and a container"
        " are root with 1; a local user is root with 2."
    )
    by_case = recorded_reports(FEW)
    assert answer(by_case).startswith("All 5 configurations do what their cases expect; ")
    passed = [report for report in few if report.verdict == "passed"]
    assert answer(passed) == f"All {len(passed)} configurations pass."


def test_the_summary_names_each_configuration_by_what_comes_of_it():
    names = ("methods/systemd-dropin", "methods/systemd-dropin-loopback", "methods/unix-only")
    names += ("failures/dropin-without-clearing",)
    text = Page(project_html(recorded_reports(names))).text
    assert "are root with 1 of 4 methods/systemd-dropin only local user is root" in text
    assert "only local user is root with 1 of 4 methods/systemd-dropin-loopback" in text
    assert "dockerd starts, and no stranger gets in, with 1 of 4 methods/unix-only" in text
    refused = text.partition("does not start with 1 of 4 failures/dropin-without-clearing")[2]
    assert "(systemd refuses the unit, and the daemon of before runs on)" in refused[:400]


def test_failures_come_first_and_say_why_where_and_how_to_mend_it(few):
    page = Page(project_html(few))
    names = [row["data-name"] for row in page.all("tr") if "data-name" in row]
    assert names[:3] == ["systemd-dropin", "firewall-allow-list", "hosts-in-file-stock-unit"]
    text = page.text
    assert "error[hosts-flag-file-conflict] hosts are given both as a flag" in text
    assert "provision/failures/hosts-in-file-stock-unit/rootfs/etc/docker/daemon.json:2" in text
    assert '"hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2375"]' in text
    assert "sudo systemctl reset-failed docker; sudo systemctl start docker" in text
    assert "dockerd-lab validate hosts-in-file-stock-unit --engine debian-12" in text
    assert "16.1 s dockerd waits on purpose" in text
    marked = re.search("<mark>(.*?)</mark>", project_html(few))[1]
    assert "unable to configure the Docker daemon" in marked


def test_a_trial_names_what_is_wrong_and_does_not_repeat_it(few):
    trial = re.search(r'<details class="trial failed".*?</ul>', project_html(few), re.S)[0]
    assert "a TCP port gives every machine root" in trial
    assert "an outsider gets root at" not in trial
    short = Finding(rule="service-fails", severity="error", message="nginx.service is failed")
    result = few[0].results[0].model_copy(update={"findings": [short]})
    trial = html(few[0].model_copy(update={"results": [result]})).partition("<details")[2]
    assert "another service of the configuration does not start: nginx.service is failed" in trial
    own = Finding(rule=NO_EFFECT, severity="warning", message="debug: overridden by -D")
    result = few[0].results[0].model_copy(update={"findings": [own]})
    trial = html(few[0].model_copy(update={"results": [result]})).partition("<details")[2]
    assert "<b>warning[no-effect]</b> debug: overridden by -D" in trial


def test_each_cell_has_state_exposure_and_a_link(few):
    text = project_html(few)
    page = Page(text)
    cells = [cell for cell in page.all("td") if "data-verdict" in cell]
    assert len(cells) == sum(len(report.results) for report in few) == 10
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    links = [each["href"] for each in page.all("a")]
    assert links
    assert [link for link in links if link[1:] not in ids] == []
    assert "ROOT for outsider, local user, container" in page.text


def test_names_that_look_alike_have_links_of_their_own(few):
    own = [each["id"] for _, each in Page(project_html(few)).elements if "id" in each]
    names = ["a b", "a?b", "a-b", "A-B", "a b\u202e", *(each for each in own if each.isalpha())]
    reports = [few[0].model_copy(update={"case": name}) for name in names]
    page = Page(project_html(reports))
    ids = [row["data-for"] for row in page.all("tr") if "data-for" in row]
    assert len(set(ids)) == len(names) > 10
    assert "a-b" in ids
    every = [each["id"] for _, each in page.elements if "id" in each]
    assert len(every) == len(set(every))
    alone = Page(project_html(reports[:1]))
    assert [row["data-for"] for row in alone.all("tr") if "data-for" in row] == ids[:1]


def test_what_was_not_tried_is_counted_and_what_is_not_for_an_engine_is_not(few):
    assert "not tried" not in Page(project_html(few)).text
    less = few[1].model_copy(update={"results": few[1].results[:1]})
    text = Page(project_html([few[0], less])).text
    assert "3 trials on debian-12 (Docker 20.10.24), debian-14 (Docker 28.5.2); 1 not tried" in text
    assert "debian-14: not tried" in text
    other = less.model_copy(update={"run_on": ["debian-12"]})
    text = Page(project_html([few[0], other])).text
    assert "not tried" not in text
    assert "debian-14: not for this engine" in text


def test_a_prediction_says_that_it_is_one(few):
    report = few[0].model_copy(update={"predicted": True})
    page = Page(html(report))
    assert answer([report]).startswith("Predicted: firewall-allow-list starts on every engine;")
    assert "predicted from the files, not seen on machines" in page.text
    assert "by hand" not in page.text


def test_two_pages_of_one_result_file_are_equal(few):
    again = ProjectReport.model_validate(json.loads(project_as_json(few))).configurations
    assert project_html(again) == project_html(few)


def test_its_policy_allows_its_own_style_and_script_alone(few):
    text = project_html(few)
    policy = Page(text).all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert parts[name] == f"'sha256-{digest}'"


def test_it_has_no_address_outside_and_no_handler(few):
    page = Page(project_html(few))
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith("#")


@pytest.mark.parametrize("text", hostile.TEXTS, ids=lambda text: text.split()[0])
def test_no_text_becomes_a_part_of_the_page(few, text):
    report = hostile.everywhere(few[0], text)
    plain, hostile_page = Page(html(few[0])), Page(html(report))
    assert hostile_page.wrong == plain.wrong == []
    tags = {tag for tag, _ in plain.elements}
    assert {tag for tag, _ in hostile_page.elements} == tags
    assert len(hostile_page.all("script")) == len(hostile_page.all("style")) == 1
    for _, attributes in hostile_page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    raw = html(report)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", raw
    )
    raw.encode("utf-8")
    assert text.split()[0] in hostile_page.text


def test_a_hostile_name_is_shown_as_it_is(few):
    report = few[0].model_copy(update={"case": hostile.NAME})
    page = Page(html(report))
    assert page.all("img") == []
    assert hostile.NAME in page.text
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert not [each for each in ids if re.search(r"[^\w./:-]", each)]


def test_a_line_of_ten_megabytes_is_cut_and_said_so(few):
    result = few[0].results[0]
    evidence = result.evidence.model_copy(update={"log": ["x" * 10_000_000], "telling": [0]})
    long = result.model_copy(update={"evidence": evidence, "reasons": ["y" * 10_000_000]})
    text = html(few[0].model_copy(update={"results": [long]}))
    assert len(text) < 100_000
    assert "9,999,600 characters left out" in text


def test_a_long_log_is_cut_around_the_telling_line():
    lines = excerpt([f"line {n}" for n in range(1000)], [500], before=7)
    shown = [line.text for line in lines if not line.gap]
    assert {"line 498", "line 500", "line 502", "line 999"} <= {*shown}
    assert len(shown) <= MAX_LINES
    assert sum(line.gap for line in lines) == 1007 - len(shown)
    assert [line.text for line in lines if line.telling] == ["line 500"]


def test_what_is_left_out_names_the_file_that_has_it(few):
    long = few[0].model_copy(update={"results": [_as_long(few[0].results[0])]})
    text = Page(html(long)).text
    assert "80 lines left out" in text
    directory = "/home/somebody/project/.lab/artifacts/debian-12/validate-it"
    assert f"All of it: {directory}/journal.txt" in text
    assert "All of it: " not in Page(html(few[0])).text


def test_what_a_drop_in_and_a_server_of_nginx_say_is_shown(few):
    """They come last in long outputs, after much that every machine has."""
    unit = "# /lib/systemd/system/docker.service\n[Service]\n" + "# a comment\n\nType=x\n" * 25
    unit += "# /etc/systemd/system/docker.service.d/x.conf\nExecStart=\nExecStart=MINE\n"
    unit += "# /lib/systemd/system/docker.socket\n" + "ListenStream=x\n" * 12
    nginx = "# configuration file /etc/nginx/nginx.conf:\n" + "http {\n    # why\n}\n"
    nginx += "# configuration file /etc/nginx/mime.types:\n" + "text/html html;\n" * 95
    nginx += "# configuration file /etc/nginx/sites-enabled/mine:\nssl_verify_client on;\n" + (
        "proxy_pass x;\n" * 20
    )
    result = few[0].results[0]
    evidence = result.evidence.model_copy(update={"units": unit, "nginx": nginx})
    shown = result.model_copy(update={"evidence": evidence})
    text = html(few[0].model_copy(update={"results": [shown]}))
    for line in ("ExecStart=MINE", "ssl_verify_client on;", "# /lib/systemd/system/docker.socket"):
        assert f"\n{line}\n" in text
    for line in ("a comment", "# why", "text/html html;", "mime.types:"):
        assert line not in text
    assert "without comments and mime.types" in text


def test_every_text_may_be_endless(few):
    endless = hostile.everywhere(few[0], "x" * 100_000)
    assert len(html(endless)) < 2_000_000


def test_two_hundred_cells_are_less_than_three_megabytes():
    reports = recorded_reports()
    count, few = 0, []
    for report in reports:
        if count < 200:
            few.append(report)
            count += len(report.results)
    padded = [
        report.model_copy(update={"results": [*map(_as_long, report.results)]}) for report in few
    ]
    assert count >= 200
    assert len(project_html(padded).encode()) < 3_000_000


def _as_long(result):
    """A result with the outputs that a recording leaves out, as long as a machine has them."""
    evidence = result.evidence.model_copy(
        update={
            "log": [f"Nov 30 10:00:00 dockerd: line {n} {'of a log ' * 12}" for n in range(120)],
            "netstat": "tcp        0      0 127.0.0.1:2375          0.0.0.0:*     LISTEN\n" * 20,
            "units": f"# {result.engine}\n" + "Environment=SOMETHING=of a unit\n" * 70,
            "daemon_json": '{\n  "hosts": ["fd://"]\n}\n',
            "directory": "/home/somebody/project/.lab/artifacts/debian-12/validate-it",
            "files": ["daemon.json", "journal.txt", "netstat.txt", "unit.txt"],
        }
    )
    return result.model_copy(update={"evidence": evidence})
