"""`dockerd-lab init`: what it finds, and that what it writes runs as it is."""

import configparser
import re

import pytest
import yaml
from observations import write
from repositories import OPTIONS, REPOSITORIES, make, texts

from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.validate.project import targets
from dockerd_lab.validate.run import ValidateRequest

WRITTEN = ["dockerd-lab.yaml", "docker_hosts.py", "tox.ini"]
CI = [".github/workflows/docker-hosts.yml", ".gitlab-ci.yml"]


@pytest.fixture
def repository(tmp_path):
    """Make a repository with these files."""

    def make_repository(files):
        root = tmp_path / "repository"
        root.mkdir()
        for path, content in files.items():
            write(root / path, content)
        return root

    return make_repository


@pytest.mark.parametrize("name", REPOSITORIES)
def test_what_it_writes_runs_as_it_is(tmp_path, command, monkeypatch, name):
    root, expected = tmp_path / "repository", REPOSITORIES[name]
    before = make(name, root)
    dry = command("init", root, "--dry-run").stdout
    assert texts(root) == before
    result = command("init", root)
    assert result.returncode == 0, result.stderr
    after = texts(root)
    assert after.items() >= before.items()
    for path in WRITTEN + CI:
        exists = root / path in before
        assert (f"{root / path}: written" in result.stdout) != exists
        assert (f"{root / path} (exists" in dry) == exists
        assert exists or f"# ----- {root / path}\n{after[root / path]}" in dry
    monkeypatch.chdir(root)
    project = find_project()
    settings = load_settings(project)
    with targets(project, settings, ValidateRequest([]), run_commands=False) as ready:
        assert {t.name: sorted(t.prepared.inputs.origins) for t in ready} == expected.found
    comments = (root / "dockerd-lab.yaml").read_text()
    assert tuple(re.findall(r"(?m)^#   (\S+)$", comments)) == expected.templates
    assert all(template in result.stdout for template in expected.templates)
    assert command("lint").returncode in (0, 1)
    for path in CI:
        assert yaml.safe_load((root / path).read_text())


def test_a_second_time_it_repeats_nothing(tmp_path, command):
    make("machines", tmp_path / "x")
    command("init", tmp_path / "x")
    output = command("init", tmp_path / "x").stdout
    assert output.count("exists, and is left as it is\n") == len(WRITTEN + CI)
    assert "could have" not in output


def test_an_environment_of_its_own_where_tox_ini_has_one(tmp_path, command):
    make("monorepo", tmp_path / "x")
    tox = configparser.ConfigParser()
    output = command("init", tmp_path / "x").stdout
    suggested = output.partition("it could have:\n")[2].partition("\n\n")[0]
    tox.read_string("\n".join(line[4:] for line in suggested.splitlines()))
    assert tox["testenv:docker-hosts"]["commands"].split()[:2] == ["dockerd-lab", "validate"]


def test_what_cannot_be_validated_is_left_out_with_the_reason(repository, command):
    root = repository({"a/daemon.json": OPTIONS, "b/rootfs/etc/docker/daemon.json": OPTIONS})
    write(root / "b/case.yaml", "title: 1\n")
    assert "left out: b: " in command("init", root).stdout
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
