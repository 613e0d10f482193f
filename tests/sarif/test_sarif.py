"""What sarif-multitool says of our SARIF: its schema, its rules, and those of GitHub's."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from copies import CHECKOUT
from hostile import TEXTS, everywhere
from observations import write
from recorded_reports import recorded_reports

from dockerd_lab.lint.rule import load_rule, rule_ids
from dockerd_lab.report.sarif import project_sarif

#: It asks for a page of the tool's on the web, of which there is none yet.
NO_PAGE = "SARIF2005"
#: Findings of every kind.
FAILURES = ("failures/hosts-in-file-stock-unit", "failures/key-misspelt", "methods/daemon-json")


@pytest.fixture(scope="session")
def multitool():
    """The program that `tox -e sarif` has installed; npm may leave it without its mode."""
    program = Path(os.environ["SARIF_MULTITOOL"])
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def objections(multitool, tmp_path):
    """Return what the tool objects to in a SARIF file."""

    def check(file):
        output = tmp_path / "objections.sarif"
        argv = [multitool, "validate", file, "--rule-kind", "Sarif;Ghas", "-o", output]
        env = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
        assert output.exists(), done.stdout + done.stderr
        (run,) = json.loads(output.read_text())["runs"]
        notices = run["invocations"][0].get("toolConfigurationNotifications", [])
        assert notices == [], done.stdout
        found = {(each["ruleId"], str(each["message"])) for each in run["results"]}
        return {each for each in found if each[0] != NO_PAGE}

    return check


def lint(directory, *args):
    code = "from dockerd_lab.cli.app import main; main()"
    argv = [sys.executable, "-c", code, "lint", *args]
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(argv, cwd=directory, env=env, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done


def results(file):
    (run,) = json.loads(file.read_text())["runs"]
    return run["results"]


def test_it_notices_what_is_wrong(objections, tmp_path):
    text = project_sarif(recorded_reports(FAILURES))
    broken = write(tmp_path / "broken.sarif", text.replace('"startLine": ', '"startLine": -'))
    assert objections(broken)


def test_what_was_recorded_on_machines_is_valid(objections, tmp_path):
    file = write(tmp_path / "all.sarif", project_sarif(recorded_reports(by_policy=True)))
    assert len(results(file)) > 60
    assert objections(file) == set()


def test_what_every_rule_of_lint_finds_is_valid(objections, tmp_path):
    rules = [each for each in rule_ids() if not load_rule(each).no_example]
    commands = [each for each in rules if "--command" in load_rule(each).bad]
    for rule in rules:
        for path, text in load_rule(rule).bad.items():
            if rule not in commands:
                write(tmp_path / "hosts" / rule / path, text)
    write(tmp_path / "dockerd-lab.yaml", "configurations: [hosts/*]\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    lint(tmp_path, "--sarif", "lint.sarif")
    found = {each["ruleId"] for each in results(tmp_path / "lint.sarif")}
    assert {*rules} - {*commands} <= found
    assert objections(tmp_path / "lint.sarif") == set()


def test_hostile_text_is_valid(objections, tmp_path):
    reports = recorded_reports(FAILURES, by_policy=True)
    hostile = [everywhere(each, text) for each in reports for text in TEXTS]
    file = write(tmp_path / "hostile.sarif", project_sarif(hostile))
    assert objections(file) == set()


def test_the_example_repository_is_valid(objections, tmp_path):
    """Its configuration is rendered, so what is wrong is shown where it is declared."""
    copy = tmp_path / "repository"
    shutil.copytree(CHECKOUT / "examples/repository", copy)
    subprocess.run(["git", "init", "-q", copy], check=True)
    hosts = copy / "hosts.yaml"
    hosts.write_text(hosts.read_text() + "  - tcp://0.0.0.0:2375\n")
    declared = copy / "dockerd-lab.yaml"
    # The interpreter of the tests has what the template needs.
    declared.write_text(declared.read_text().replace("[python,", f"[{sys.executable},"))
    lint(copy, "--render", "--sarif", "lint.sarif")
    found = {each["ruleId"]: each for each in results(copy / "lint.sarif")}
    (location,) = found["open-tcp"]["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "dockerd-lab.yaml"
    line = declared.read_text().splitlines()[physical["region"]["startLine"] - 1]
    assert line == "  - name: build-host"
    assert objections(copy / "lint.sarif") == set()
