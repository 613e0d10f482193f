"""The reports of a verdict: terminal, JSON, JUnit, Markdown, and the draft of a case."""

import json
import xml.etree.ElementTree as ET

import pytest
import yaml
from observations import failed, observation, opened, write
from prepared import DROP_IN, HOSTS, UNIT_D

from dockerd_lab.cases.model import Variant, load_case
from dockerd_lab.errors import HarnessError
from dockerd_lab.judge.verdict import Report
from dockerd_lab.redaction.redact import redact
from dockerd_lab.report.verdict_json import as_json
from dockerd_lab.report.verdict_junit import junit
from dockerd_lab.report.verdict_markdown import markdown, project_markdown
from dockerd_lab.report.verdict_sections import headline
from dockerd_lab.report.verdict_terminal import verdict
from dockerd_lab.validate.draft import draft


def two_trials(judged_trial):
    files = {"etc/docker/daemon.json": HOSTS, f"{UNIT_D}/x.conf": DROP_IN}
    log_line = 'time="2026-11-24T12:32:56Z" level=warning msg="Binding [/red] is insecure"'
    first = judged_trial(files, opened(log=(log_line,)))
    return [first, judged_trial({}, failed(engine="debian-14"), version="28.5.2")]


def two(judged_trial):
    return Report(case="mine", results=[trial.result for trial in two_trials(judged_trial)])


def test_differences_come_first(judged_trial):
    report = two(judged_trial)
    assert headline(report) == "starts on 20.10.24, fails on 28.5.2"
    text = verdict(report, width=80, colour=False)
    assert text.splitlines()[0] == "mine: starts on 20.10.24, fails on 28.5.2"
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "\x1b" in verdict(report, width=80, colour=True)
    flat = " ".join(text.split())
    assert "debian-12: Binding [/red] is insecure" in flat
    assert "debian-14: hosts-flag-file-conflict: unable to configure" in flat
    assert "fix: sudo " in flat


def test_a_narrow_terminal_gets_every_level_in_full(judged_trial):
    report = two(judged_trial)
    assert "full-control" in verdict(report, width=120, colour=False).split("why it failed")[0]
    rows = verdict(report, width=60, colour=False).splitlines()[1:4]
    assert rows[0].startswith("debian-12 (20.10.24): ")
    assert rows[2].strip().startswith("client full-control, outsider ROOT, local user ROOT")


def test_junit_markdown_and_json(judged_trial):
    report = two(judged_trial)
    suite = ET.fromstring(junit(report))[0]  # noqa: S314  (our own)
    assert [test.get("name") for test in suite] == ["debian-12", "debian-14"]
    message = suite[1][0].get("message")
    assert message.startswith("the daemon does not start: hosts-flag-file-conflict at ")
    assert message.endswith("etc/docker/daemon.json:3")
    assert "error: hosts-flag-file-conflict: unable to configure" in suite[1][0].text
    assert "| debian-14 | 28.5.2 | failed |" in markdown(report)
    assert r"Binding \[/red\] is insecure" in markdown(report)
    data = json.loads(as_json(report))
    assert (data["schema"], data["case"]) == (1, "mine")
    first, second = data["results"]
    assert first["exposure"]["local-user"] == "full-control"
    assert first["listeners"][0] == {
        "family": "unix",
        "address": None,
        "port": None,
        "path": "/run/docker.sock",
        "process": "init",
    }
    assert second["errors"][0]["id"] == "hosts-flag-file-conflict"
    assert Report.model_validate(data) == report


def test_odd_words_are_shown_as_they_are(judged):
    report = Report(case="x", results=[judged({}, observation(), command="dockerd")])
    odd = ["\x1b[31mred & ~~not~~ $A $B &lt;", ""]
    report = report.model_copy(
        update={"results": [report.results[0].model_copy(update={"warnings": odd})]}
    )
    assert "\n- \ufffd[31mred & ~~not~~ $A $B &lt;\n" in verdict(report, width=80, colour=False)
    assert r"- �\[31mred \& \~\~not\~\~ \$A \$B \&lt;" in markdown(report)


@pytest.mark.parametrize("engines", [("debian-12",), ("debian-12", "debian-14")])
def test_a_draft_is_a_case_that_holds(judged, judged_trial, tmp_path, engines):
    tried = [trial for trial in two_trials(judged_trial) if trial.result.engine in engines]
    file = write(tmp_path / "mine/case.yaml", draft("mine", tried))
    case = load_case("mine", file.parent)
    assert case.for_variant(Variant("20.10.24")).expect.outsider == "full-control"
    if len(engines) > 1:
        newer = case.for_variant(Variant("28.5.2")).expect
        assert (newer.daemon, newer.error) == ("failed", "hosts-flag-file-conflict")
        assert list(yaml.safe_load(file.read_text())["engines"]) == [">=28.5.2"]
    for trial in tried:
        version = trial.result.engine_version
        assert judged({}, trial.observation, version=version).reasons == []


def test_a_draft_says_on_which_engine_a_setting_has_no_effect(judged_trial, tmp_path):
    files = {"etc/docker/daemon.json": {"host": ["tcp://0.0.0.0:2375"]}}
    observed = observation()
    tried = [judged_trial(files, observed, version=v) for v in ("20.10.5", "20.10.24")]
    tried.append(judged_trial(files, failed(engine="debian-14"), version="28.5.2"))
    file = write(tmp_path / "mine/case.yaml", draft("mine", tried))
    case = load_case("mine", file.parent)
    assert case.for_variant(Variant("20.10.24")).expect.no_effect == ["host"]
    assert case.for_variant(Variant("28.5.2")).expect.no_effect == []


def test_what_is_unclear_is_not_recorded(judged_trial):
    observed = opened(outsider="unclear")
    with pytest.raises(HarnessError, match="the access level of outsider is unclear: tcp://a:1"):
        draft("mine", [judged_trial({"etc/docker/daemon.json": {}}, observed)])


def test_a_draft_s_words_hold_the_next_time(judged_trial):
    line = "failed to start daemon: process with PID 4711 is still running as a daemon"
    observed = failed(log=("one thing", line))
    case = yaml.safe_load(draft("mine", [judged_trial({"etc/docker/daemon.json": {}}, observed)]))
    assert case["expect"]["words"] == "failed to start daemon: process with PID"


def test_private_keys_are_left_out():
    text = "a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb"
    assert redact(text) == "a\n(a private key)\nb"
    assert "MII" not in redact("x -----BEGIN PRIVATE KEY-----\nMII")


def test_markdown_has_a_failure_once_in_whatever_words(judged):
    """Engines word the same failure in different ways."""
    first = judged({"etc/docker/daemon.json": HOSTS}, failed())
    finding = first.findings[0].model_copy(update={"message": "in other words"})
    second = first.model_copy(update={"engine": "debian-14", "findings": [finding]})
    third = judged({}, observation(engine="debian-13"), version="26.1.5")
    third = third.model_copy(update={"findings": []})
    text = markdown(Report(case="mine", results=[first, second, third]))
    assert text.count("`hosts-flag-file-conflict`") == 1
    assert "**error on debian-12, debian-14** `hosts-flag-file-conflict`: unable" in text
    assert "; or: in other words" in text
    assert "  - cause: dockerd was started with -H" in text


def test_several_configurations_have_a_summary_in_markdown(judged_trial):
    text = project_markdown([two(judged_trial), two(judged_trial)])
    assert text.startswith("| configuration | verdict | what it does |\n| --- | --- | --- |\n")
    assert "| mine | **failed** | starts on 20.10.24, fails on 28.5.2 |\n" in text
    assert text.count("\n## mine: ") == 2


def test_junit_names_the_evidence_as_attachments(judged_trial):
    report = two(judged_trial)
    first = report.results[0]
    update = {"directory": "artifacts/x", "files": ["journal.txt", "netstat.txt"]}
    kept = first.model_copy(update={"evidence": first.evidence.model_copy(update=update)})
    suite = ET.fromstring(junit(Report(case="x", results=[kept])))[0]  # noqa: S314  (our own)
    assert suite[0].find("system-out").text.splitlines() == [
        "[[ATTACHMENT|artifacts/x/journal.txt]]",
        "[[ATTACHMENT|artifacts/x/netstat.txt]]",
    ]
    assert ET.fromstring(junit(report))[0][0].find("system-out") is None  # noqa: S314
