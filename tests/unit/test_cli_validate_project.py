"""`validate` on a project of one's own: dockerd-lab.yaml, with machines that are made up."""

import json
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from observations import SOCKET, observation, opened, write

from dockerd_lab.judge.verdict import ProjectReport
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.validate import project as project_module
from dockerd_lab.validate import run

OPEN = {"hosts": ["tcp://0.0.0.0:2375"]}
LOCAL = {"hosts": ["tcp://127.0.0.1:2375"]}


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The root of a project, which is the working directory."""
    made = tmp_path / "mine"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture(autouse=True)
def tried(monkeypatch):
    """The configurations that were tried on made-up machines, by engine."""
    done = []

    @contextmanager
    def running(project, settings, *, keep):
        engine = settings.engine_of("daemon")
        yield SimpleNamespace(project=project, settings=settings, engine=engine)

    def run_trial(fleet, plan, *, already_applied=False):
        done.append((fleet.engine, plan.configuration.name, plan.unit))
        text = "".join(plan.inspected.texts.values())
        if OPEN["hosts"][0] in text:
            return opened(engine=fleet.engine)
        listeners = (SOCKET, Listener("tcp", "127.0.0.1:2375", "dockerd"))
        return observation(engine=fleet.engine, listeners=listeners)

    monkeypatch.setattr(project_module, "running", running)
    monkeypatch.setattr(run, "run_trial", run_trial)
    monkeypatch.setattr(run.evidence, "write", lambda fleet, seen: "evidence")
    return done


def declare(root, text):
    return write(root / "dockerd-lab.yaml", text)


def test_all_of_them_on_one_engine_after_the_other(root, command, tried):
    for name in ("a", "b"):
        write(root / f"hosts/{name}/etc/docker/daemon.json", LOCAL)
    declare(
        root,
        "run-on: [debian-12, debian-13]\nconfigurations:\n  - hosts/*\n"
        "  - {path: hosts/b, name: again, run-on: [debian-14], unit: docker-ce}\n",
    )
    result = command("validate", "--json", "report.json", "--markdown", "-", "--junitxml", "j.xml")
    assert result.returncode == 0, result.stderr
    assert tried == [
        ("debian-12", "hosts-a", None),
        ("debian-12", "hosts-b", None),
        ("debian-13", "hosts-a", None),
        ("debian-13", "hosts-b", None),
        ("debian-14", "again", "docker-ce"),
    ]
    report = ProjectReport.model_validate(json.loads((root / "report.json").read_text()))
    names = [[each.case, len(each.results)] for each in report.configurations]
    assert names == [["hosts/a", 2], ["hosts/b", 2], ["again", 1]]
    assert "## hosts/a: starts" in result.stdout
    suites = ET.fromstring((root / "j.xml").read_text())  # noqa: S314  (our own)
    assert (suites.get("tests"), suites.get("failures"), len(suites)) == ("5", "0", 3)


def test_a_unit_of_its_own(root, command, tried):
    write(root / "a/daemon.json", LOCAL)
    write(root / "units/ours/docker.service", "[Service]\nExecStart=/opt/bin/dockerd -H fd://\n")
    declare(root, "units: [units/*]\nunit: ours\nconfigurations: [a]\n")
    result = command("validate", "--json", "-")
    assert result.returncode == 0, result.stderr
    assert tried == [("debian-12", "a", "ours")]
    (root / "units/ours").rename(root / "units/docker-ce")
    assert "dockerd-lab.yaml:1: units.0: there is a unit docker-ce" in command("validate").stderr
    assert "dockerd-lab.yaml:1: units.0: no directory" in declare_and_fail(root, command)


def declare_and_fail(root, command):
    declare(root, "units: [gone]\nconfigurations: [a]\n")
    return command("validate").stderr


def test_a_part_of_the_project_is_judged_by_its_policy(root, command, tried):
    write(root / "a/daemon.json", OPEN)
    write(root / "b/daemon.json", OPEN)
    declare(root, "configurations: [{path: a, allow-insecure: OPS-12}, b]")
    result = command("validate", "./a", "--json", "-")
    assert result.returncode == 0
    (only,) = json.loads(result.stdout)["configurations"]
    assert only["case"] == "a"
    permitted = only["results"][0]["permitted"]
    assert all(each.endswith(": permitted: OPS-12") for each in permitted)
    assert permitted[0].startswith("an outsider gets root at tcp://")
    assert [name for _, name, _ in tried] == ["a"]
    assert command("validate").returncode == 1


@pytest.mark.parametrize(
    ("policy", "code", "message"),
    [
        ("{outsider: {level: full-control, reason: OPS-1}}", 1, "a local user outside group"),
        ("{outsider: {level: writes, reason: OPS-1}}", 1, "an outsider gets root at"),
    ],
)
def test_who_may_get_what(root, command, policy, code, message):
    write(root / "a/daemon.json", OPEN)
    declare(root, f"configurations: [{{path: a, policy: {policy}}}]")
    result = command("validate")
    assert result.returncode == code
    why = result.stdout.partition("why it failed")[2].partition("permitted")[0]
    assert message in why
    assert ("an outsider gets root" in why) == ("writes" in policy)


def test_a_policy_may_be_stricter_than_a_refusal(root, command):
    write(root / "a/daemon.json", LOCAL)
    declare(root, "policy: {outsider: {level: filtered}}\nconfigurations: [a]")
    result = command("validate")
    assert result.returncode == 1
    assert "an outsider gets refused at" in result.stdout
    assert "and may get filtered" in result.stdout.replace("\n ", "")


def test_a_command_is_run_only_with_render(root, command, tried):
    write(root / "render", '#!/bin/sh\ncp daemon.json "$DOCKERD_LAB_OUTPUT/"\n').chmod(0o755)
    write(root / "daemon.json", LOCAL)
    file = declare(root, "configurations:\n  - {name: web, render: ./render}\n")
    result = command("validate")
    assert result.returncode == 2
    assert (
        f"{file}:2: configurations.0: web is rendered by a command of the project" in result.stderr
    )
    assert tried == []
    result = command("validate", "--render")
    assert result.returncode == 0, result.stderr
    assert tried == [("debian-12", "web", None)]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo broken >&2; exit 7", "./render: exit code 7\n    broken"),
        ("true", "./render: wrote nothing into $DOCKERD_LAB_OUTPUT"),
        ("sleep 60 & wait", "./render: did not end within 1 s"),
        ('echo x >"$DOCKERD_LAB_OUTPUT/what"', "web: "),
    ],
)
def test_a_command_that_renders_nothing(root, command, tried, script, message):
    write(root / "render", f"#!/bin/sh\n{script}\n").chmod(0o755)
    file = declare(root, "configurations:\n  - {name: web, render: ./render, render-seconds: 1}\n")
    result = command("validate", "--render", "-q", "--json", "report.json")
    assert result.returncode == 2, result.stderr
    assert f"{file}:2: configurations.0: {message}" in result.stderr
    assert tried == []
    assert not (root / "report.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("configurations: [gone/*]", "1: configurations.0: no gone/* in "),
        ("configurations: [a, a]", "1: configurations.1: a is there twice"),
        ("configurations: [{path: '*', name: x}]", "1: configurations.0: one name for 3 config"),
        (
            "configurations: [{path: a, unit: other}]",
            "1: configurations.0: a: unknown unit 'other'",
        ),
        ("configurations: [{path: a, run-on: [gone]}]", "1: configurations.0: a: unknown engine"),
        ("configurations: [empty]", "1: configurations.0: empty: "),
        ("{}", " declares no configurations"),
    ],
)
def test_bad_input(root, command, tried, text, message):
    write(root / "a/daemon.json", LOCAL)
    (root / "empty").mkdir()
    file = declare(root, text)
    result = command("validate")
    assert result.returncode == 2
    assert result.stderr.startswith(f"dockerd-lab: bad input: {file}:{message}")
    assert tried == []
