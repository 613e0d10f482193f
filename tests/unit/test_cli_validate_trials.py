"""The whole way from the command line to the reports, with machines that are made up."""

import json
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
import yaml
from observations import SOCKET, observation, opened, write
from typer.testing import CliRunner

from dockerd_lab.cli import app, validate
from dockerd_lab.errors import HarnessError
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import Boot
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

    def run_trial(fleet, plan, *, already_applied=False):
        done.append(("trial", plan.subject, plan.unit, plan.then))
        if plan.then == "reboot":
            assert already_applied
            return booted()
        if fleet.engine == BROKEN_ON:
            return observation(engine=fleet.engine, daemon="failed", log=["no luck"])
        listeners = (SOCKET, Listener("tcp", "127.0.0.1:2375", "dockerd"))
        return observation(engine=fleet.engine, listeners=listeners)

    monkeypatch.setattr(run, "running", running)
    monkeypatch.setattr(run, "run_trial", run_trial)
    monkeypatch.setattr(run.evidence, "write", lambda fleet, seen: "evidence")
    return done


def booted():
    """What a boot makes of a machine with an rc.local that opens the daemon."""
    seen = opened(files_read=("/etc/rc.local",))
    return replace(seen, boot=Boot())


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


def test_standard_input_is_a_file(machines):
    text = '{"hosts": ["tcp://127.0.0.1:2375"'
    done = CliRunner().invoke(app.build(), ["validate", "-", "-q"], input=text + "]}")
    assert "configuration: starts" in done.stdout
    assert done.stderr == ""
    wrong = CliRunner().invoke(app.build(), ["validate", "-", "--provision", "-"], input=text)
    assert "- is standard input, which can be only one of the files" in str(wrong.exception)


def test_a_case_is_known_by_its_name_in_the_list(machines):
    done = invoke("validate", "methods/systemd-dropin-loopback", "--json", "-")
    assert json.loads(done.stdout)["case"] == "systemd-dropin-loopback"


def test_incomplete_is_exit_code_1_unless_it_is_allowed(machines, tmp_path):
    write(tmp_path / "mine/etc/docker/daemon.json", {"debug": True})
    write(tmp_path / "mine/etc/network/if-up.d/docker", "/opt/open\n")
    markdown, junit = tmp_path / "v.md", tmp_path / "v.xml"
    reports = ("--markdown", markdown, "--junitxml", junit)
    done = invoke("validate", tmp_path / "mine", *reports)
    assert done.exit_code == 1, done.output
    assert "mine: starts, and is incomplete" in done.stdout
    assert "/etc/network/if-up.d/docker: ifupdown runs it" in done.stdout
    assert "settle: Start it in a script, with --provision" in done.stdout
    assert "**incomplete**" in markdown.read_text()
    assert "not judged: /etc/network/if-up.d/docker" in junit.read_text()
    assert invoke("validate", tmp_path / "mine", "--allow-incomplete").exit_code == 0


def test_the_worse_of_restart_and_boot_counts(machines, tmp_path):
    write(tmp_path / "mine/etc/rc.local", "#!/bin/sh\n")
    done = invoke("validate", tmp_path / "mine", "--json", "-")
    assert done.exit_code == 1, done.output
    assert [step[3] for step in machines] == ["nothing", "reboot"]
    (result,) = json.loads(done.stdout)["results"]
    assert (result["verdict"], result["daemon"]) == ("failed", "active")
    assert result["exposure"]["outsider"] == "full-control"
    assert result["reasons"][0].startswith("after a boot: an outsider gets root at ")
    boot = result["after_boot"]
    assert boot["causes"] == ["/etc/rc.local"]
    assert {"name": "outsider", "after_restart": "refused", "after_boot": "full-control"} in boot[
        "differences"
    ]
    listener = {"name": "tcp6 :::2375 dockerd", "after_restart": "does not listen"}
    assert {**listener, "after_boot": "listens"} in boot["differences"]
    assert result["files"] == [
        {
            "name": "/etc/rc.local",
            "outcome": "in-effect",
            "message": "rc-local.service has read it",
            "where": str(tmp_path / "mine/etc/rc.local"),
        }
    ]
    flat = " ".join(done.stderr.split())
    assert "outsider: refused after the restart, full-control after a boot" in flat


def test_a_plain_file_is_booted_with_only_on_request(machines, tmp_path):
    file = write(tmp_path / "daemon.json", {})
    invoke("validate", file)
    invoke("validate", file, "--reboot")
    assert [step[3] for step in machines] == ["nothing", "nothing", "reboot"]


def test_what_was_found_before_the_harness_broke_is_shown(machines, tmp_path, monkeypatch):
    file = write(tmp_path / "daemon.json", {})
    run_trial = run.run_trial

    def breaks(fleet, plan, **_):
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


def test_what_a_boot_changes_is_recorded(machines, tmp_path):
    write(tmp_path / "mine/etc/rc.local", "#!/bin/sh\n")
    assert invoke("record", tmp_path / "mine").exit_code == 0
    case = yaml.safe_load((tmp_path / "mine/case.yaml").read_text())
    assert case["expect"]["outsider"] == "refused"
    assert case["reboot"]["expect"]["outsider"] == "full-control"
    assert "daemon" not in case["reboot"]["expect"]
    done = invoke("validate", tmp_path / "mine")
    assert done.exit_code == 0, done.output


def test_a_whole_case_of_this_repository(machines):
    case = package_data() / "provision/methods/daemon-json-loopback"
    done = invoke("validate", case)
    assert done.exit_code == 1
    assert "the case expects" in " ".join(done.stdout.split())
