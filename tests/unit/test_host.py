"""The harness on your computer: commands, the key, the boxes, the lab's files and lock."""

import json
import os
import platform

import pytest
from observations import write

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import boxes, kvm, labs, sandbox, ssh_key
from dockerd_lab.host.command import run
from dockerd_lab.settings import load_settings


def test_a_missing_program_is_named():
    with pytest.raises(HarnessError, match="looking: no-such-program is not installed"):
        run(["no-such-program"], what="looking", timeout=5)


def test_a_failed_command_shows_its_last_lines():
    with pytest.raises(HarnessError) as caught:
        run(["sh", "-c", "seq 100; exit 3"], what="counting", timeout=5)
    assert str(caught.value).startswith("counting: exit code 3 of: sh -c 'seq 100; exit 3'")
    assert "    100" in str(caught.value)
    assert "    85\n" not in str(caught.value)


def test_a_command_that_takes_too_long_is_given_up():
    with pytest.raises(HarnessBroke, match="gave up after 0 s waiting for: sleep 60"):
        run(["sleep", "60"], what="sleeping", timeout=0.05)


def test_the_key_is_made_once_and_private():
    key = ssh_key.private_key()
    assert key.stat().st_mode & 0o777 == 0o600
    content = key.read_bytes()
    assert ssh_key.private_key().read_bytes() == content
    assert ssh_key.public_key(key).read_text().startswith("ssh-ed25519 ")


def find(root):
    return boxes.find_box(root, "debian-12", load_settings(root).engine("debian-12"))


def fill(box):
    for name in boxes.PARTS:
        (box.directory / name).write_bytes(b"x" * 100)


def pretend_to_build(monkeypatch, recipe):
    monkeypatch.setattr(boxes, "_archives", lambda suite: ["http://archive.invalid"])
    monkeypatch.setattr(boxes, "_run_recipe", recipe)


def test_a_box_is_another_when_its_recipe_changes(root):
    before = find(root)
    assert find(root) == before
    with (root / "provision/box/packages").open("a") as packages:
        packages.write("jq\n")
    assert find(root) != before


def build(argv):
    """What the recipe leaves, in the directory that it was given."""
    fill(boxes.Box("x", boxes.Path(next(a for a in argv if a.endswith(".part")))))


def test_a_box_is_built_once(root, monkeypatch):
    built = []

    def recipe(argv):
        built.append(argv)
        build(argv)

    pretend_to_build(monkeypatch, recipe)
    engine = load_settings(root).engine("debian-12")
    box = boxes.ensure_box(root, "debian-12", engine)
    assert boxes.ensure_box(root, "debian-12", engine) == box
    assert len(built) == 1
    assert box.built


def test_no_box_is_built_on_another_architecture(root, monkeypatch):
    pretend_to_build(monkeypatch, build)
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(HarnessError, match=r"box debian-12: .* x86_64, this computer is riscv64"):
        boxes.ensure_box(root, "debian-12", load_settings(root).engine("debian-12"))


@pytest.mark.parametrize("how", [HarnessError("mmdebstrap failed"), KeyboardInterrupt()])
def test_an_interrupted_build_leaves_no_half_box(root, monkeypatch, how):
    def recipe(argv):
        raise how

    pretend_to_build(monkeypatch, recipe)
    with pytest.raises(type(how)):
        boxes.ensure_box(root, "debian-12", load_settings(root).engine("debian-12"))
    left = [path.name for path in (boxes.cache_home() / "boxes").iterdir() if path.is_dir()]
    assert left == []


def test_a_damaged_box_is_named_with_the_way_to_mend_it(root, monkeypatch):
    pretend_to_build(monkeypatch, build)
    engine = load_settings(root).engine("debian-12")
    box = boxes.ensure_box(root, "debian-12", engine)
    os.truncate(box.disk, 50)
    with pytest.raises(HarnessError) as caught:
        boxes.ensure_box(root, "debian-12", engine)
    assert "disk.img is 50 bytes, it was built with 100" in str(caught.value)
    assert f"rm -r {box.directory}" in str(caught.value)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"sizes": 1}'])
def test_a_box_with_a_damaged_record_is_named(root, monkeypatch, content):
    pretend_to_build(monkeypatch, build)
    engine = load_settings(root).engine("debian-12")
    record = boxes.ensure_box(root, "debian-12", engine).directory / "box.json"
    record.write_text(content)
    with pytest.raises(HarnessError, match=r"box debian-12 is damaged: its box\.json"):
        boxes.ensure_box(root, "debian-12", engine)
    record.unlink()
    assert boxes.ensure_box(root, "debian-12", engine).built, "it is built again"


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1}', "[]"])
def test_no_lab_runs_where_the_file_is_wrong(tmp_path, content):
    (tmp_path / "lab.json").write_text(content)
    assert labs.current(tmp_path) is None


def test_a_lab_is_the_process_that_started_then(tmp_path):
    facts = {
        "directory": "debian-12",
        "pid": os.getpid(),
        "started": 1,
        "driver": "qemu",
        "kept": True,
        "kind": "sandbox",
    }
    (tmp_path / "lab.json").write_text(json.dumps(facts))
    assert labs.current(tmp_path) is None, "a process id that another process has now"
    facts["started"] = sandbox.start_time(os.getpid())
    (tmp_path / "lab.json").write_text(json.dumps(facts))
    running = labs.current(tmp_path)
    assert running is not None
    assert running.enter(["true"])[:3] == ["nsenter", "--target", str(os.getpid())]


def test_clearing_leaves_what_is_not_a_lab_s(tmp_path):
    for name in ("libvirt", "vagrant-home", "artifacts"):
        (tmp_path / name).mkdir()
    (tmp_path / "snapshot.json").write_text("{}")
    labs.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["artifacts"]


@pytest.mark.parametrize(
    ("guest", "works"),
    [
        ("echo VFS: Unable to mount root fs on unknown-block", True),
        ("echo Probing EDD... ok", False),
        ("echo failed to initialize KVM >&2; exit 1", False),
    ],
)
def test_kvm_works_where_a_kernel_boots(tmp_path, monkeypatch, guest, works):
    monkeypatch.setattr(kvm, "GUEST", ("sh", "-c", guest))
    assert kvm._boots(tmp_path / "vmlinuz") is works


def test_kvm_does_not_work_where_a_kernel_hangs(tmp_path, monkeypatch):
    monkeypatch.setattr(kvm, "GUEST", ("sh", "-c", "exec sleep 60"))
    monkeypatch.setattr(kvm, "TRY_LIMIT", 0.05)
    assert not kvm._boots(tmp_path / "vmlinuz")


@pytest.fixture
def qemu(tmp_path, monkeypatch):
    """A QEMU in a directory of the test's own, and a device; returns what replaces it."""
    (tmp_path / "kvm").touch()
    monkeypatch.setattr(kvm, "DEVICE", tmp_path / "kvm", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/bin")

    def replace(command, at):
        file = write(tmp_path / "bin/qemu-system-x86_64", f"#!/bin/sh\n{command}\n")
        file.chmod(0o755)
        os.utime(file, (at, at))
        return file

    return replace


def test_another_qemu_is_tried_wherever_it_lies(tmp_path, qemu):
    kernel = tmp_path / "vmlinuz"
    qemu("echo VFS: Unable to mount root fs", 1)
    assert kvm.works(kernel)
    qemu("exit 1", 1)
    assert kvm.works(kernel), "it is remembered"
    qemu("exit 1", 2)
    assert not kvm.works(kernel)


def test_kvm_without_qemu_is_named(tmp_path, qemu, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match=r"qemu-system-x86_64 is not installed\n\./bootstrap"):
        kvm.works(tmp_path / "vmlinuz")
