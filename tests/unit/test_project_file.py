"""dockerd-lab.yaml: what it may say, and errors with file and line."""

import pytest
from observations import write

from dockerd_lab.errors import BadInput
from dockerd_lab.project_file import load_project_file
from dockerd_lab.settings import load_settings

COMPLETE = """\
run-on: [debian-12, ours]
engines:
  ours: {suite: bookworm, docker: "28.5.2"}
policy:
  container: {level: refused}
configurations:
  - hosts/*
  - path: gateway
    unit: docker-ce
    allow-insecure: the lab's own network, OPS-12
    policy:
      local-user: {level: full-control, reason: a single user has an account}
  - name: rendered
    render: [make, render]
    render-seconds: 30
    run-on: [debian-13]
"""


def declared(project, text):
    file = write(project.root / "dockerd-lab.yaml", text)
    return file, load_project_file(project)


def test_what_it_may_say(project):
    _, read = declared(project, COMPLETE)
    hosts, gateway, rendered = read.configurations
    assert (hosts.path, gateway.unit, rendered.render) == (
        "hosts/*",
        "docker-ce",
        ["make", "render"],
    )
    assert sorted(gateway.policy.over(read.policy).permissions()) == ["container", "local-user"]
    assert load_settings(project).engine("ours").docker == "28.5.2"


def test_without_one_nothing_is_declared(project):
    assert load_project_file(project).configurations == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("configuration: []", 1, "configuration: unknown key; known here: configurations, engines"),
        ("configurations:\n  - x\n  - paht: y\n", 3, "configurations.1.paht: unknown key"),
        ("configurations: [/etc]", 1, "configurations.0.path: '/etc' leads out of the project"),
        ("configurations: [../x]", 1, "configurations.0.path: '../x' leads out of the project"),
        ("configurations: [{name: x}]", 1, "configurations.0: give one of path, files and render"),
        (
            'configurations: [{name: x, render: "\'"}]',
            1,
            "configurations.0.render: No clos",
        ),
        ("configurations: [{files: [x]}]", 1, "configurations.0: name is missing"),
        ("configurations: [{render: x}]", 1, "configurations.0: name is missing"),
        ("configurations:\n- path: x\n  allow-insecure: true", 3, "input should be a valid string"),
        ("configurations:\n- path: x\n  allow-insecure: ' '", 3, "should match pattern"),
        ("policy:\n  outsider: {level: writes}", 2, "policy.outsider: reason is missing"),
        ("policy:\n  outsider: {level: some}", 2, "policy.outsider.level: input should be 'filt"),
        ("run-on: debian-12", 1, "run-on: input should be a valid list, found 'debian-12'"),
    ],
)
def test_errors_name_file_and_line(project, text, line, message):
    file = write(project.root / "dockerd-lab.yaml", text)
    with pytest.raises(BadInput) as error:
        load_project_file(project)
    assert str(error.value).startswith(f"{file}:{line}: ")
    assert message in str(error.value)


def test_an_engine_has_a_name_of_its_own(project):
    file, _ = declared(project, 'engines:\n  debian-12: {suite: bookworm, docker: "28.5.2"}\n')
    with pytest.raises(BadInput, match=f"{file}:2: engines.debian-12: there is an engine of this"):
        load_settings(project)
