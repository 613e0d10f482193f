"""`dockerd-lab init`: what it finds, and that what it writes runs as it is."""

import configparser

import pytest
import yaml
from observations import write

from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.validate.project import targets
from dockerd_lab.validate.run import ValidateRequest

JSON = {"hosts": ["fd://"]}
UNIT = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd\n"
D = "/etc/docker/daemon.json"
O = "/etc/systemd/system/docker.service.d"  # noqa: E741
WRITTEN = ["dockerd-lab.yaml", "docker_hosts.py", "tox.ini"]
CI = [".github/workflows/docker-hosts.yml", ".gitlab-ci.yml"]
EXAMPLE = {"docker-hosts/example": [D]}
#: Repositories that are laid out differently, and what is found in each.
REPOSITORIES = {
    "empty": ({}, EXAMPLE),
    "machines": (
        {
            "hosts/a/etc/docker/daemon.json": JSON,
            "hosts/a/etc/systemd/system/docker.service.d/x.conf": UNIT,
            "hosts/b b/rootfs/etc/docker/daemon.json": JSON,
        },
        {"hosts/a": [D, f"{O}/x.conf"], "hosts/b b": [D]},
    ),
    "flat": (
        {"daemon.json": JSON, "override.conf": UNIT, "README.md": "x"},
        {"docker": [D, f"{O}/override.conf"]},
    ),
    "role": (
        {
            "roles/docker/templates/daemon.json.j2": '{"hosts": {{ x }}}',
            "roles/docker/files/docker.service.d/x.conf": UNIT,
            "roles/docker/files/daemon.json": JSON,
        },
        {"roles/docker/files": [D, f"{O}/x.conf"]},
    ),
    "etckeeper": ({"etc/docker/daemon.json": JSON, "etc/hosts": "x"}, {"etc": [D, "/etc/hosts"]}),
    "other people's": (
        {
            "config/daemon.json": "{% if x %}",
            "node_modules/x/daemon.json": JSON,
            ".cache/daemon.json": JSON,
            "venv/pyvenv.cfg": "x",
            "venv/daemon.json": JSON,
        },
        EXAMPLE,
    ),
}


@pytest.fixture
def repository(tmp_path):
    """Make a repository with these files."""

    def make(files):
        root = tmp_path / "repository"
        root.mkdir()
        for path, content in files.items():
            write(root / path, content)
        return root

    return make


def texts(root):
    return {path: path.read_text() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_what_it_writes_runs_as_it_is(repository, command, monkeypatch, name):
    files, found = REPOSITORIES[name]
    root = repository(files)
    before = texts(root)
    result = command("init", root)
    assert result.returncode == 0, result.stderr
    for path in WRITTEN + CI:
        assert f"{root / path}: written" in result.stdout
    assert texts(root).items() >= before.items()
    monkeypatch.chdir(root)
    project = find_project()
    settings = load_settings(project)
    with targets(project, settings, ValidateRequest([]), run_commands=False) as ready:
        assert {t.name: sorted(t.prepared.inputs.origins) for t in ready} == found
    for path in CI:
        assert yaml.safe_load((root / path).read_text())
    tox = configparser.ConfigParser()
    tox.read(root / "tox.ini")
    assert tox["testenv"]["commands"].split()[:2] == ["dockerd-lab", "validate"]
    assert command("init", root).stdout.count("exists, and is left as it is") == len(WRITTEN + CI)


def test_templates_are_named(repository, command):
    root = repository(REPOSITORIES["role"][0])
    command("init", root)
    assert "#   roles/docker/templates/daemon.json.j2\n" in (root / "dockerd-lab.yaml").read_text()


def test_what_cannot_be_validated_is_left_out_with_the_reason(repository, command):
    root = repository({"a/daemon.json": JSON, "b/rootfs/etc/docker/daemon.json": JSON})
    write(root / "b/case.yaml", "title: 1\n")
    command("init", root)
    text = (root / "dockerd-lab.yaml").read_text()
    assert yaml.safe_load(text)["configurations"] == ["a/daemon.json"]
    assert "b/case.yaml:1: title: input should be a valid string" in text
    assert "# - b\n" in text


def test_what_exists_stays_and_a_dry_run_writes_nothing(repository, command):
    root = repository({"tox.ini": "[tox]\n", "dockerd-lab.yaml": "{}\n"})
    before = texts(root)
    result = command("init", root, "--dry-run")
    assert texts(root) == before
    assert f"# ----- {root}/.gitlab-ci.yml\n" in result.stdout
    assert f"# ----- {root}/tox.ini (exists, and would be left as it is)\n" in result.stdout
    command("init", root)
    assert texts(root).items() > before.items()
    assert not (root / "docker-hosts").exists()


def test_nothing_is_half_written(repository, command):
    root = repository({".github": "a file in the way"})
    result = command("init", root)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert [path.name for path in root.iterdir() if path.is_file()] == [".github"]
