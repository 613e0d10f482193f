"""The whole way from the command line to the reports, with machines that are made up."""

import json
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from observations import SOCKET, observation, write
from typer.testing import CliRunner

from dockerd_lab.cli import app, validate
from dockerd_lab.errors import HarnessError
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.project import find_project, package_data
from dockerd_lab.validate import run

BROKEN_ON = "debian-14"


@pytest.fixture
def machines(monkeypatch, tmp_path):
    """What was done with the machines; debian-14's daemon does not start."""
    done = []
    project = replace(find_project(), state=tmp_path / "state")
    monkeypatch.setattr(validate, "find_project", lambda: project)

    @contextmanager
    def running(project, settings, *, keep):
        assert not keep
        engine = settings.engine_of("daemon")
        yield SimpleNamespace(project=project, settings=settings, engine=engine)

    def run_trial(fleet, plan):
        done.append(("trial", plan.subject, plan.unit, plan.then))
        if fleet.engine == BROKEN_ON:
            return observation(engine=fleet.engine, daemon="failed", log=["no luck"])
        listeners = (SOCKET, Listener("tcp", "127.0.0.1:2375", "dockerd"))
        return observation(engine=fleet.engine, listeners=listeners)

    monkeypatch.setattr(run, "running", running)
    monkeypatch.setattr(run, "run_trial", run_trial)
    monkeypatch.setattr(run.evidence, "write", lambda fleet, seen: "evidence")
    return done


def invoke(*args):
    return CliRunner().invoke(app.build(), [str(arg) for arg in args])


def test_one_engine_after_the_other(machines, tmp_path):
    write(tmp_path / "mine/etc/docker/daemon.json", {"debug": True})
    markdown, junit = tmp_path / "v.md", tmp_path / "v.xml"
    reports = ("--json", "-", "--markdown", markdown, "--junitxml", junit)
    done = invoke("validate", tmp_path / "mine", "--engine", "all", "--unit", "docker-ce", *reports)
    assert done.exit_code == 1, done.output
    data = json.loads(done.stdout)
    assert [(r["engine"], r["verdict"]) for r in data["results"]] == [
        ("debian-11", "passed"),
        ("debian-12", "passed"),
        ("debian-13", "passed"),
        ("debian-14", "failed"),
    ]
    assert {r["unit"] for r in data["results"]} == {"docker-ce"}
    assert "starts on 20.10.5, 20.10.24, 26.1.5, fails on 28.5.2" in done.stderr
    assert "| debian-14 | 28.5.2 | failed |" in markdown.read_text()
    assert 'failures="1"' in junit.read_text()
    assert machines == [
        ("trial", f"debian-{n}/validate-mine", "docker-ce", "nothing") for n in (11, 12, 13, 14)
    ]


def test_passed_is_exit_code_0(machines, tmp_path):
    file = write(tmp_path / "daemon.json", {"debug": True})
    done = invoke("validate", file)
    assert done.exit_code == 0, done.output
    assert "daemon.json: starts, and passed" in done.stdout


def test_incomplete_is_exit_code_1_unless_it_is_allowed(machines, tmp_path):
    write(tmp_path / "mine/etc/docker/daemon.json", {"debug": True})
    write(tmp_path / "mine/etc/rc.local", "#!/bin/sh\n")
    markdown, junit = tmp_path / "v.md", tmp_path / "v.xml"
    reports = ("--markdown", markdown, "--junitxml", junit)
    done = invoke("validate", tmp_path / "mine", *reports)
    assert done.exit_code == 1, done.output
    assert "mine: starts, and is incomplete" in done.stdout
    assert "/etc/rc.local: a boot runs it" in done.stdout
    assert "settle: Start it in a script, with --provision" in done.stdout
    assert "**incomplete**" in markdown.read_text()
    assert "not judged: /etc/rc.local" in junit.read_text()
    assert invoke("validate", tmp_path / "mine", "--allow-incomplete").exit_code == 0


def test_what_was_found_before_the_harness_broke_is_shown(machines, tmp_path, monkeypatch):
    file = write(tmp_path / "daemon.json", {})
    run_trial = run.run_trial

    def breaks(fleet, plan):
        if fleet.engine == BROKEN_ON:
            raise HarnessError("the lab is gone")
        return run_trial(fleet, plan)

    monkeypatch.setattr(run, "run_trial", breaks)
    done = invoke("validate", file, "--engine", "debian-12", "--engine", BROKEN_ON)
    assert isinstance(done.exception, HarnessError)
    assert "debian-12" in done.stderr
    assert done.stdout == ""


def test_what_is_recorded_is_guarded(machines, tmp_path):
    directory = tmp_path / "mine"
    write(directory / "etc/docker/daemon.json", {})
    done = invoke("record", directory, "--engine", "debian-13", "--engine", BROKEN_ON)
    assert done.exit_code == 0, done.output
    again = invoke("validate", directory, "--engine", "debian-13", "--engine", BROKEN_ON)
    assert again.exit_code == 0, again.output


def test_a_whole_case_of_this_repository(machines):
    case = package_data() / "provision/methods/daemon-json-loopback"
    done = invoke("validate", case)
    assert done.exit_code == 1
    assert "the case expects" in " ".join(done.stdout.split())
