"""SARIF and annotations: the right file and line, once for all engines, and never a link's text."""

import json
import subprocess

import pytest
from observations import failed, observation, opened, write
from prepared import DROP_IN, HOSTS, UNIT_D

from dockerd_lab.judge.verdict import Finding, Report
from dockerd_lab.lint.rule import load_rule, rule_ids
from dockerd_lab.report import sarif as sarif_module
from dockerd_lab.report.annotations import annotations
from dockerd_lab.report.sarif import project_sarif, sarif

#: The line of each rule's bad example that is meant, as it begins.
LINES = {
    "address-in-use": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376",
    "bridge-conflict": '  "bip": ',
    "config-file-missing": "ExecStart=/usr/sbin/dockerd -H fd:// --config-file",
    "environment-file-missing": "EnvironmentFile=/etc/default/docker-options",
    "file-of-anybody": "EnvironmentFile=-/var/tmp/docker.env",
    "flag-file-conflict-other": '  "debug": true',
    "hosts-flag-file-conflict": '  "hosts": ',
    "invalid-command-line": "ExecStart=/usr/sbin/dockerd --hosts fd://",
    "invalid-host-format": "ExecStart=/usr/sbin/dockerd -H fd:// -H http://127.0.0.1:2375",
    "invalid-json": "}",
    "local-root": "ALL ALL=(root) NOPASSWD: /usr/bin/docker",
    "log-opt-invalid": '  "log-opts": {"max-sizes"',
    "multiple-execstart": "ExecStart=/usr/sbin/dockerd -H fd:// --debug",
    "no-effect": '  "host": ',
    "no-execstart": "ExecStart=",
    "open-behind-firewall": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375",
    "open-proxy": "    listen 2376 ssl;",
    "open-ssh": "PermitEmptyPasswords yes",
    "open-tcp": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375",
    "open-to-local-users": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://127.0.0.1:2375",
    "public-authority": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376",
    "published-key": "ssh-ed25519 AAAA",
    "slow-start": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375",
    "socket-directory-missing": "ExecStart=/usr/sbin/dockerd -H unix:///run/builder/docker.sock",
    "socket-for-all-users": "SocketMode=0666",
    "socket-path-is-directory": "ExecStart=/usr/sbin/dockerd -H unix:///srv/docker.sock",
    "socket-unit-bad-address": "ListenStream=tcp://127.0.0.1:2375",
    "tls-cert-file-missing": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376",
    "tls-without-client-certificates": "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376",
    "unknown-directive": '  "log-levl": ',
    "weak-password": "admin:",
    "wrong-type": '  "debug": "true"',
}
PLAIN = {"etc/docker/daemon.json": {"debug": True}}
#: The rules whose bad example is a command, which is in no file.
IN_NO_FILE = ("no-fd-sockets",)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository, which is the working directory."""
    made = tmp_path / "repo sitory"
    made.mkdir()
    subprocess.run(["git", "init", "-q", made], check=True)
    monkeypatch.chdir(made)
    return made


def results(file):
    (run,) = json.loads(file.read_text())["runs"]
    return run["results"]


def place(result):
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_every_rule_with_an_example_has_a_line():
    examples = {each for each in rule_ids() if not load_rule(each).no_example}
    assert {*LINES, *IN_NO_FILE} == examples


@pytest.mark.parametrize("rule_id", LINES)
def test_the_line_of_a_rule_is_the_right_one(rule_id, repository, command, monkeypatch):
    """From a subdirectory as well: the paths are from the repository's root on."""
    for path, text in load_rule(rule_id).bad.items():
        write(repository / "hosts" / rule_id / path, text)
    monkeypatch.chdir(repository / "hosts")
    done = command("lint", rule_id, "--sarif", "lint.sarif")
    assert done.returncode in (0, 1), done.stderr
    found = [each for each in results(repository / "hosts/lint.sarif") if each["ruleId"] == rule_id]
    for each in found:
        uri, number = place(each)
        assert uri.startswith(f"hosts/{rule_id}/")
        line = (repository / uri).read_text().splitlines()[number - 1]
        assert line.startswith(LINES[rule_id])
    assert found


def test_what_is_in_no_file_is_shown_at_the_project_s_file(repository, command):
    command("lint", "--command", "dockerd -H tcp://0.0.0.0:2375", "--sarif", "x", "--github")
    assert {place(each) for each in results(repository / "x")} == {("dockerd-lab.yaml", 1)}


def test_a_rendered_configuration_is_shown_where_it_is_declared(repository, command, monkeypatch):
    write(repository / "render.sh", 'mkdir -p "$DOCKERD_LAB_OUTPUT/etc/docker"\n')
    (repository / "render.sh").open("a").write(
        "echo '{\"hosts\": []}' >$DOCKERD_LAB_OUTPUT/etc/docker/daemon.json\n"
    )
    declared = "configurations:\n  - name: made\n    render: [sh, render.sh]\n"
    write(repository / "sub/dockerd-lab.yaml", declared.replace("render.sh", "../render.sh"))
    monkeypatch.chdir(repository / "sub")
    done = command("lint", "--sarif", "x")
    assert "made is not read: a command of the project renders it; --render runs it" in done.stderr
    assert results(repository / "sub/x") == []
    done = command("lint", "--sarif", "x", "--render")
    (result,) = results(repository / "sub/x")
    assert place(result) == ("sub/dockerd-lab.yaml", 2)
    assert "--> made/etc/docker/daemon.json:1:2" in done.stdout


def test_a_link_is_shown_where_its_target_lies(repository, command):
    write(repository / "real/etc/docker/daemon.json", HOSTS)
    (repository / "link").symlink_to("real")
    command("lint", "link/etc/docker/daemon.json", "--sarif", "x")
    places = {place(each)[0] for each in results(repository / "x")}
    assert places == {"real/etc/docker/daemon.json"}


def two(judged):
    """The same failure on two engines, with other words."""
    files = {f"{UNIT_D}/x.conf": DROP_IN, "etc/docker/daemon.json": HOSTS}
    first = judged(files, failed())
    finding = first.findings[0].model_copy(update={"message": "in other words"})
    second = first.model_copy(update={"engine": "debian-14", "findings": [finding]})
    return Report(case="mine", results=[first, second])


def only_result(text):
    (run,) = json.loads(text)["runs"]
    (result,) = run["results"]
    return result


def test_a_finding_is_there_once_with_its_engines(judged):
    result = only_result(sarif(two(judged)))
    assert result["properties"]["engines"] == ["debian-12", "debian-14"]
    assert "in other words" in result["message"]["text"]
    assert "On debian-12, debian-14, in mine." in result["message"]["text"]
    assert len(annotations([two(judged)]).splitlines()) == 1


def test_the_flags_are_linked_where_they_conflict_with_daemon_json(judged, tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    result = only_result(sarif(two(judged)))
    (related,) = result["relatedLocations"]
    assert place({"locations": [related]}) == (f"mine/{UNIT_D}/x.conf", 3)
    assert "See [the flags of dockerd](1)." in result["message"]["text"]


def test_lint_links_the_flags_too(repository, command):
    write(repository / "mine/etc/docker/daemon.json", HOSTS)
    write(repository / "mine" / UNIT_D / "x.conf", DROP_IN)
    command("lint", "mine", "--sarif", "x")
    related = [each for each in results(repository / "x") if "relatedLocations" in each]
    (location,) = related[0]["relatedLocations"]
    assert place({"locations": [location]}) == (f"mine/{UNIT_D}/x.conf", 3)


def test_the_fingerprint_is_the_line_s_and_not_its_number_s_or_the_fix_s(judged):
    report = two(judged)
    before = only_result(sarif(report))["partialFingerprints"]

    def changed(**update):
        found = [each.findings[0].model_copy(update=update) for each in report.results]
        new = [
            each.model_copy(update={"findings": [one]})
            for each, one in zip(report.results, found, strict=True)
        ]
        text = sarif(report.model_copy(update={"results": new}))
        return only_result(text)["partialFingerprints"]

    assert changed(line=40, where="x:40", fix="another", cause="y", message="z") == before
    assert changed(source="other") != before
    assert changed(rule="other") != before


def test_the_rule_has_the_general_words_and_the_result_its_own(judged):
    (run,) = json.loads(sarif(Report(case="mine", results=[judged(PLAIN, opened())])))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "open-tcp"
    assert rule["properties"]["security-severity"] == "9.8"
    assert "dockerd-lab rule open-tcp" in rule["help"]["markdown"]
    assert "192.168" not in json.dumps(rule)
    assert run["automationDetails"]["id"] == "dockerd-lab/validate/debian-12/"


def test_an_error_that_only_this_project_knows_has_its_own_words(judged):
    result = judged(PLAIN, observation())
    own = Finding(rule="ours", severity="error", message="m", cause="our cause", fix="our fix")
    report = Report(case="x", results=[result.model_copy(update={"findings": [own]})])
    (rule,) = json.loads(sarif(report))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"] == "our cause."


def test_no_more_results_than_github_keeps_and_the_worst_first(judged, monkeypatch):
    monkeypatch.setattr(sarif_module, "MAX_RESULTS", 2)
    result = judged(PLAIN, observation())
    found = [
        Finding(rule="no-effect", severity="warning", message=f"{n}", where=f"x:{n}")
        for n in range(3)
    ]
    found.append(Finding(rule="open-tcp", severity="error", message="root", where="x:9"))
    report = Report(case="x", results=[result.model_copy(update={"findings": found})])
    (run,) = json.loads(sarif(report))["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["open-tcp", "no-effect"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "2 findings are left out: a run has at most 2"


HOSTILE = "[here](http://evil) \x1b[31m\u202e % ::error::x\r\n::warning::y\x00 <b>"


def test_hostile_text_stays_text(judged):
    result = judged(PLAIN, observation())
    found = Finding(
        rule="no-effect", severity="warning", message=HOSTILE, file="a, b:c\n.json", line=2
    )
    report = Report(case=HOSTILE, results=[result.model_copy(update={"findings": [found]})])
    only = only_result(sarif(report))
    assert r"\[here\](http://evil)" in only["message"]["text"]
    assert "\x1b" not in only["message"]["text"]
    (line,) = annotations([report]).splitlines()
    assert line.startswith("::warning file=a%2C b%3Ac%0A.json,line=2,title=no-effect%3A ")
    assert "%25 ::error::x" in line
    assert "\u202e" not in line


def test_two_of_one_result_are_the_same_bytes(judged):
    report = two(judged)
    again = Report.model_validate_json(report.model_dump_json(by_alias=True))
    assert project_sarif([report]) == project_sarif([again])
    assert annotations([report]) == annotations([again])
