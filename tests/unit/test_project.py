"""Where the harness reads and writes: its data, the project and the state are three places."""

from dataclasses import replace

import pytest
from copies import CHECKOUT
from observations import write

import dockerd_lab
from dockerd_lab.cli import cases, computer, validate
from dockerd_lab.errors import BadInput
from dockerd_lab.host import boxes
from dockerd_lab.machines import snapshot_record
from dockerd_lab.project import find_project, user_state
from dockerd_lab.settings import load_settings


def test_a_checkout_is_all_three():
    project = find_project()
    assert (project.data, project.root, project.state) == (CHECKOUT, CHECKOUT, CHECKOUT / ".lab")


def test_a_directory_with_a_project_file_is_a_project_with_a_lab_of_its_own(tmp_path, monkeypatch):
    states = []
    for name in ("one/config", "two/config"):
        below = tmp_path / name / "some/where"
        below.mkdir(parents=True)
        (tmp_path / name / "dockerd-lab.yaml").touch()
        monkeypatch.chdir(below)
        project = find_project()
        assert (project.data, project.root) == (CHECKOUT, tmp_path / name)
        states.append(project.state)
    assert {state.parent for state in states} == {user_state() / "projects"}
    assert len(set(states)) == len(states)


def test_the_project_file_above_another_repository_is_not_its(tmp_path, monkeypatch):
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "dockerd-lab.yaml").touch()
    monkeypatch.chdir(tmp_path / "repository")
    assert find_project().root == CHECKOUT
    (tmp_path / "repository/dockerd-lab.yaml").touch()
    assert find_project().root == tmp_path / "repository"


def test_only_one_module_knows_where_the_package_is():
    package = CHECKOUT / dockerd_lab.__name__
    texts = {file.relative_to(package): file.read_text() for file in package.rglob("*.py")}
    assert [str(name) for name, text in texts.items() if "__file__" in text] == ["project.py"]


def declare_packages(project):
    file = project.data / "lab.yaml"
    engine = '  ours: {suite: bookworm, docker: "20.10.24", packages: debs}\n'
    file.write_text(file.read_text().replace("engines:\n", f"engines:\n{engine}"))


def test_an_engine_s_packages_are_the_project_s(project):
    declare_packages(project)
    write(project.data / "debs/docker-ce.deb", "not here")
    with pytest.raises(BadInput, match=f"no .deb files in {project.root}/debs"):
        load_settings(project)
    write(project.root / "debs/docker-ce.deb", "")
    engine = load_settings(project).engine("ours")
    before = boxes.find_box(project, "ours", engine)
    write(project.root / "debs/docker-ce.deb", "another")
    assert boxes.find_box(project, "ours", engine) != before


@pytest.mark.parametrize("moved", ["data", "state"])
def test_the_machines_of_a_project_that_was_moved_are_not_resumed(project, moved):
    """Vagrant has noted both places."""
    lab = project.state / "lab"
    write(lab / "snapshot.json", "")
    facts = {"key": "k", "sizes": {}, "places": snapshot_record.places_of(lab, project)}
    snapshot_record.write_facts(lab, facts)
    assert snapshot_record.is_valid(lab, "k", project)
    assert not snapshot_record.is_valid(lab, "another", project)
    place = getattr(project, moved)
    place.mkdir(exist_ok=True)
    elsewhere = place.rename(place.with_name("elsewhere"))
    there = replace(project, **{moved: elsewhere})
    assert not snapshot_record.is_valid(there.state / "lab", "k", there)


def files(directory):
    return {path: path.stat().st_mtime_ns for path in directory.rglob("*")}


def test_commands_read_the_data_and_write_the_state(project, command, monkeypatch, tmp_path):
    for module in (cases, computer, validate):
        monkeypatch.setattr(module, "find_project", lambda: project)

    def trials(received, settings, request, ready):
        assert received == project
        raise BadInput("no machine is needed here")

    monkeypatch.setattr(validate, "trials", trials)
    before = files(project.data) | files(project.root)
    assert "methods/unix-default" in command("list").stdout
    assert "not built" in command("box", "list").stdout
    mine = write(tmp_path / "mine/daemon.json", {"debug": True})
    assert "no machine is needed here" in command("validate", mine).stderr
    assert [path.name for path in project.state.iterdir()] == ["lock"]
    assert files(project.data) | files(project.root) == before
