"""`lint` in a project: what dockerd-lab.yaml declares, permits and ignores."""

import json

import pytest
from observations import write
from test_cli_lint import DROP_IN, OPENED, lint  # noqa: F401  (a fixture)


@pytest.fixture
def project(lint, tmp_path):  # noqa: F811
    """Run lint in a project; its configuration `mine` is open, `other` is not."""
    write(tmp_path / "mine" / DROP_IN, OPENED)
    write(tmp_path / "other/etc/docker/daemon.json", '{"debug": true}')

    def run(declared, *args):
        write(tmp_path / "dockerd-lab.yaml", declared)
        return lint({}, *args)

    return run


def test_without_a_path_it_reads_what_the_project_declares(project):
    done = project("run-on: [debian-12, debian-13]\nconfigurations: [mine, other]\n")
    assert done.returncode == 1
    assert done.stdout.startswith("== mine\n\nerror[open-tcp]")
    assert "  --> mine/etc/systemd/" in done.stdout
    assert "debian-12 (" in done.stdout
    assert "debian-14 (" not in done.stdout
    named = project("configurations: [mine, other]\n", "other", "--json", "r.json")
    assert (named.returncode, named.stdout) == (0, "")
    with open("r.json") as file:
        data = json.load(file)
    assert [each["case"] for each in data["configurations"]] == ["other"]
    assert (data["configurations"][0]["line"], data["predicted"]) == (1, True)


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("configurations: [{path: mine, allow-insecure: OPS-12}]", 0),
        ("configurations: [mine]\nlint-ignore: [{rule: open-tcp, reason: OPS-12}]", 0),
        ("configurations: [{path: mine, lint-ignore: [{rule: open-tcp, reason: OPS-12}]}]", 0),
        ("configurations: [{path: mine, lint-ignore: [{rule: slow-start, reason: x}]}]", 1),
        ("configurations: [mine]\npolicy: {outsider: {level: full-control, reason: x}}", 1),
        (
            "configurations: [mine]\npolicy:\n"
            "  outsider: &all {level: full-control, reason: OPS-12}\n"
            "  local-user: *all\n  container: *all\n",
            0,
        ),
    ],
)
def test_what_the_project_permits_or_ignores_is_no_error(project, declared, code):
    done = project(declared, "--json", "r.json")
    assert done.returncode == code, done.stdout
    with open("r.json") as file:
        (first, *_) = json.load(file)["configurations"][0]["results"]
    assert bool(first["permitted"]) == (code == 0)
    assert all(each.endswith(": OPS-12") for each in first["permitted"])


def test_ignored_rules_of_the_project_are_for_any_path_in_it(project):
    declared = "lint-ignore: [{rule: open-tcp, reason: OPS-12}]"
    assert project(declared, "mine").returncode == 0
    wrong = project("lint-ignore: [{rule: none-such, reason: x}]", "mine")
    assert wrong.returncode == 2
    assert "dockerd-lab.yaml: no rule 'none-such'" in wrong.stderr


def test_own_units_and_engines_are_read_as_far_as_they_are_known(project, tmp_path):
    unit = "[Service]\nExecStart=/usr/bin/dockerd -H tcp://0.0.0.0:2375 --tls=false\n"
    write(tmp_path / "units/own/docker.service", unit)
    done = project(
        "units: [units/*]\nengines:\n"
        '  ours: {suite: bookworm, docker: "28.5.2"}\n  new: {suite: bookworm, docker: "30.0.0"}\n'
        "configurations: [{path: other, unit: own, run-on: [ours, new]}]\n"
    )
    assert done.returncode == 1
    assert "debian-14 (Docker 28.5.2)" in done.stdout
    assert done.stderr == "dockerd-lab: other: nothing is known about new\n"


def test_a_configuration_for_unknown_engines_alone_is_told_in_every_format(project):
    declared = (
        'engines:\n  new: {suite: bookworm, docker: "30.0.0"}\n'
        "configurations: [{path: mine, run-on: [new]}]\n"
    )
    formats = ("--markdown", "m", "--junitxml", "j", "--html", "h", "--sarif", "s", "--json", "r")
    done = project(declared, *formats)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "dockerd-lab: mine: nothing is known about new\n"
    with open("m") as file:
        assert "mine: is not tried" in file.read()


def test_an_engine_of_the_project_s_own_by_its_name(project):
    declared = 'engines:\n  ours: {suite: bookworm, docker: "28.5.2"}\nconfigurations: [mine]\n'
    for paths in ([], [f"mine/{DROP_IN}"]):
        output = project(declared, "--engine", "ours", *paths).stdout
        assert "(Docker 28.5.2)" in output
        assert output.count("(Docker ") == 1
    assert "--engine other: nothing is known" in project(declared, "--engine", "other").stderr
