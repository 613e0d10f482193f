"""Boxes: built once, and recognised when damaged."""

import os
import platform

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import boxes
from dockerd_lab.host.box_recipe import cache_key
from dockerd_lab.project import user_cache
from dockerd_lab.settings import load_settings


def find(project):
    return boxes.find_box(project, "debian-12", load_settings(project).engine("debian-12"))


def fill(box):
    for name in boxes.PARTS:
        (box.directory / name).write_bytes(b"x" * 100)


def pretend_to_build(monkeypatch, recipe):
    monkeypatch.setattr(boxes, "archives", lambda suite: ["http://archive.invalid"])
    monkeypatch.setattr(boxes, "_run_recipe", recipe)


def test_a_box_is_another_when_its_recipe_changes(project):
    before = find(project)
    assert find(project) == before
    with (project.data / "provision/box/packages").open("a") as packages:
        packages.write("jq\n")
    assert find(project) != before


def test_the_key_of_a_cache_is_that_of_the_recipe_and_not_of_the_ssh_key(project, monkeypatch):
    engines = {"debian-12": load_settings(project).engine("debian-12")}
    before, box = cache_key(project, engines), boxes.find_box(project, *engines.popitem())
    engines = {"debian-12": load_settings(project).engine("debian-12")}
    monkeypatch.setenv("XDG_STATE_HOME", str(project.root / "another"))
    assert boxes.find_box(project, *engines.copy().popitem()) != box
    assert cache_key(project, engines) == before
    with (project.data / "provision/box/packages").open("a") as packages:
        packages.write("more\n")
    assert cache_key(project, engines) != before


def build(argv):
    """What the recipe leaves, in the directory that it was given."""
    fill(boxes.Box("x", boxes.Path(next(a for a in argv if a.endswith(".part")))))


def test_a_box_is_built_once(project, monkeypatch):
    built = []

    def recipe(argv):
        built.append(argv)
        build(argv)

    pretend_to_build(monkeypatch, recipe)
    engine = load_settings(project).engine("debian-12")
    box = boxes.ensure_box(project, "debian-12", engine)
    assert boxes.ensure_box(project, "debian-12", engine) == box
    assert len(built) == 1
    assert box.built


def test_no_box_is_built_on_another_architecture(project, monkeypatch):
    pretend_to_build(monkeypatch, build)
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(HarnessError, match=r"box debian-12: .* x86_64, this computer is riscv64"):
        boxes.ensure_box(project, "debian-12", load_settings(project).engine("debian-12"))


@pytest.mark.parametrize("how", [HarnessError("mmdebstrap failed"), KeyboardInterrupt()])
def test_an_interrupted_build_leaves_no_half_box(project, monkeypatch, how):
    def recipe(argv):
        raise how

    pretend_to_build(monkeypatch, recipe)
    with pytest.raises(type(how)):
        boxes.ensure_box(project, "debian-12", load_settings(project).engine("debian-12"))
    left = [path.name for path in (user_cache() / "boxes").iterdir() if path.is_dir()]
    assert left == []


def test_a_damaged_box_is_named_with_its_fix(project, monkeypatch):
    pretend_to_build(monkeypatch, build)
    engine = load_settings(project).engine("debian-12")
    box = boxes.ensure_box(project, "debian-12", engine)
    os.truncate(box.disk, 50)
    with pytest.raises(HarnessError) as caught:
        boxes.ensure_box(project, "debian-12", engine)
    assert "disk.img is 50 bytes, it was built with 100" in str(caught.value)
    assert f"rm -r {box.directory}" in str(caught.value)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"sizes": 1}'])
def test_a_box_with_a_damaged_record_is_named(project, monkeypatch, content):
    pretend_to_build(monkeypatch, build)
    engine = load_settings(project).engine("debian-12")
    record = boxes.ensure_box(project, "debian-12", engine).directory / "box.json"
    record.write_text(content)
    with pytest.raises(HarnessError, match=r"box debian-12 is damaged: box\.json is"):
        boxes.ensure_box(project, "debian-12", engine)
    record.unlink()
    assert boxes.ensure_box(project, "debian-12", engine).built, "it is built again"
