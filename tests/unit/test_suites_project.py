"""The plugin in somebody else's project: its configurations, and what it costs and disturbs."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from copies import CHECKOUT
from inner_pytest import OPTIONS, WORKERS, Replacements
from observations import opened, write
from test_suites_trials import Trials

from dockerd_lab.observe import evidence

pytest_plugins = ["pytester"]

SUITE = """
def test_verdict(lab_judgement, lab_subject):
    assert lab_judgement.problems == ()

def test_case(lab_case, lab_observation):
    assert lab_case is None
"""
DECLARED = """
configurations:
  - hosts/*
  - {path: farm, allow-insecure: OPS-12, run-on: [debian-13]}
"""
#: What every pytest imports of dockerd_lab, whether or not a test is about machines.
ALWAYS = {"errors", "plugin", "progress", "suites"}
ALWAYS |= {f"suites.{name}" for name in ("fixtures", "hooks", "options", "reports", "selection")}
ALWAYS |= {"report", "report.verdict_formats"}  # the names of formats, and not the formats


class Open(Trials):
    """Machines whose daemon everybody controls."""

    def pytest_dockerd_lab_trial(self, fleet, plan, already_applied):
        self.trials.append((plan.subject, plan.configuration.name))
        return replace(opened(engine=fleet.engine), subject=plan.subject)


@pytest.fixture
def run(pytester, project, monkeypatch):
    """Run a suite in a project with these configurations; return its result and its trials."""
    for name in ("hosts/a", "hosts/b", "farm"):
        write(project.root / name / "etc/docker/daemon.json", {"hosts": ["tcp://0.0.0.0:2375"]})
    write(project.root / "dockerd-lab.yaml", DECLARED)
    pytester.makepyfile(SUITE)
    monkeypatch.setattr(evidence, "write", lambda fleet, observation: project.root)

    def run_suite(*args):
        plugin = Open(project)
        result = pytester.runpytest_inprocess(*OPTIONS, *args, plugins=[plugin])
        return result, plugin.trials

    return run_suite


def test_without_a_case_it_is_what_the_project_declares(run):
    result, trials = run()
    result.assert_outcomes(passed=4, failed=2)
    assert trials == [
        ("debian-12/hosts-a", "hosts-a"),
        ("debian-12/hosts-b", "hosts-b"),
        ("debian-13/farm", "farm"),
    ]
    result.stdout.fnmatch_lines(["*an outsider gets root at*"])
    result.stdout.fnmatch_lines(["*pytest --lab-engine debian-12 --lab-case hosts/a --lab-keep*"])


def test_its_reports_have_what_the_project_says_of_a_configuration(run, pytester, project):
    """As those of `dockerd-lab validate` have."""
    subprocess.run(["git", "init", "-q", project.root], check=True)
    run("--lab-json=result.json")
    configurations = json.loads((pytester.path / "result.json").read_text())["configurations"]
    farm = next(each for each in configurations if each["case"] == "farm")
    assert farm["run_on"] == ["debian-13"]
    assert farm["file"] == "dockerd-lab.yaml"
    assert (project.root / "dockerd-lab.yaml").read_text().splitlines()[farm["line"] - 1] == (
        "  - {path: farm, allow-insecure: OPS-12, run-on: [debian-13]}"
    )
    assert len(farm["digest"]) == 32
    assert farm["results"][0]["permitted"] != []


@pytest.mark.parametrize(
    ("args", "subjects"),
    [
        (["--lab-case=farm"], ["debian-13/farm"]),
        (
            ["--lab-case=hosts/*", "--lab-engine=debian-14"],
            ["debian-14/hosts-a", "debian-14/hosts-b"],
        ),
        (
            ["--lab-case=unix-default", "--lab-case=farm"],
            ["debian-12/unix-default", "debian-13/farm"],
        ),
    ],
)
def test_the_project_s_and_the_shipped_ones_are_chosen_by_name(run, args, subjects):
    _, trials = run(*args)
    assert [subject for subject, _ in trials] == subjects


def test_what_has_to_be_rendered_is_so_only_if_told(pytester, project):
    write(project.root / "render", '#!/bin/sh\necho {} >"$DOCKERD_LAB_OUTPUT/daemon.json"\n')
    (project.root / "render").chmod(0o755)
    write(project.root / "dockerd-lab.yaml", "configurations: [{name: web, render: ./render}]")
    pytester.makepyfile("def test_it(lab_subject): pass")
    result = pytester.runpytest_inprocess(*OPTIONS, plugins=[Replacements(project)])
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*bad input: *dockerd-lab.yaml:1: configurations.0: web is*"])
    options = (*OPTIONS, "--lab-render")
    assert pytester.runpytest_inprocess(*options, plugins=[Replacements(project)]).ret == 0


def test_nothing_of_the_lab_is_imported_unless_a_test_needs_it(pytester):
    pytester.makepyfile("def test_it(): pass")
    code = (
        "import json, pytest, sys\n"
        "code = pytest.main(['-q', '-p', 'no:cacheprovider'])\n"
        "names = [name[12:] for name in sys.modules if name.startswith('dockerd_lab.')]\n"
        "print(json.dumps([int(code), names]))"
    )
    argv = [sys.executable, "-c", code]
    result = subprocess.run(argv, cwd=pytester.path, capture_output=True, text=True, check=True)
    code, names = json.loads(result.stdout.splitlines()[-1])
    assert (code, set(names)) == (0, ALWAYS)


def test_nothing_breaks_where_no_test_is_about_machines(pytester):
    """With pytest-xdist, and in a project file that is wrong, which nobody reads then."""
    write(pytester.path / "dockerd-lab.yaml", "wrong: [")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess(*WORKERS, "-n1")
    result.assert_outcomes(passed=1)
    assert "dockerd-lab.yaml" not in result.stdout.str()


def test_without_the_lab_s_packages_a_test_on_machines_says_so(pytester, monkeypatch):
    pytester.makepyfile("def test_it(lab_observation): pass")
    pytester.makepyfile(vagrant="raise ModuleNotFoundError(name='vagrant')")
    monkeypatch.setenv("PYTHONPATH", f"{pytester.path}:{CHECKOUT}")
    result = pytester.runpytest_subprocess(*OPTIONS)
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*harness broke: a test on machines needs the Python package*"])
