"""Paths with quotes, blanks and what a shell or ssh reads as more than a name."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from copies import CHECKOUT

from dockerd_lab.errors import BadInput
from dockerd_lab.host import boxes, ssh_key
from dockerd_lab.host.own_libvirt import OwnLibvirt
from dockerd_lab.machines import ssh
from dockerd_lab.project import find_project, package_data
from dockerd_lab.settings import load_settings

TAKEN = ["it's here", "$(x) ü", "100%h %% %n", "#1 ; &", "a,b:c?[d]{e}*"]


def options(lab):
    """What ssh makes of the lab's configuration."""
    argv = ["ssh", "-G", "-F", ssh.config_file(lab), "daemon"]
    output = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in output.splitlines())


@pytest.mark.parametrize("name", TAKEN)
def test_ssh_finds_the_key_and_the_sockets(tmp_path, monkeypatch, name):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / name / "state"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / name.replace(":", "")))
    settings = load_settings(find_project())
    lab = OwnLibvirt(tmp_path / name, "qemu", False, runtime=Path("/run"))
    lab.directory.mkdir()
    ssh.write_config(lab, settings)
    made = options(lab)
    # Of the identity ssh -G shows what is in the file; it takes %% for % when it opens it.
    assert made["identityfile"].replace("%%", "%") == str(ssh_key.private_key())
    assert made["controlpath"] == f"{lab.sockets}/daemon"


@pytest.mark.parametrize("name", ['"', "a\\b", "${HOME}", "two\nlines"])
def test_a_key_s_path_that_ssh_cannot_take_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / name))
    with pytest.raises(BadInput, match=r"ssh takes no path that has .* in it") as caught:
        ssh_key.private_key()
    assert caught.value.hint == "XDG_STATE_HOME may be elsewhere"
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ['"', "two\nlines"])
def test_a_box_s_path_that_apt_cannot_take_is_refused(project, tmp_path, monkeypatch, name):
    monkeypatch.setattr(boxes, "_run_recipe", lambda argv: pytest.fail("it was run"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
    with pytest.raises(BadInput, match=r"apt takes no path that has .* in it"):
        boxes.ensure_box(project, "debian-12", load_settings(project).engine("debian-12"))


def test_what_is_to_be_typed_is_quoted(tmp_path):
    box = boxes.Box("debian-12", tmp_path / "my boxes" / "debian-12")
    box.directory.mkdir(parents=True)
    (box.directory / "box.json").write_text("{}")
    with pytest.raises(boxes.HarnessError) as caught:
        box.check()
    assert caught.value.hint.startswith(f"rm -r '{box.directory}' ")


#: What a Vagrantfile is run with, in place of Vagrant: prints what describes the machines.
RECORDER = """
class Recorder
  def method_missing(name, *args, **options, &block)
    puts args if name == :description=
    block.call(*[Recorder.new] * block.arity) if block
    Recorder.new
  end
end
module Vagrant
  def self.configure(version) = yield(Recorder.new)
end
load ARGV[0]
"""


@pytest.fixture
def vagrantfile(tmp_path):
    """Read a copy of the Vagrantfile as Vagrant does; return its place and what it prints."""
    if shutil.which("ruby") is None:
        pytest.skip("no ruby, which Vagrant is written in")
    top = tmp_path / "R&D <b> it's"
    top.mkdir()
    for name in ("Vagrantfile", "lab.yaml"):
        shutil.copy(package_data() / name, top)

    def read(engines, **env):
        box = {"name": "x", "kernel": "x", "initrd": "x"}
        facts = top / "facts.json"
        facts.write_text(json.dumps({"driver": "qemu", "boxes": dict.fromkeys(engines, box)}))
        output = subprocess.run(
            ["ruby", "-e", RECORDER, top / "Vagrantfile"],
            env={**os.environ, "LAB_FACTS": str(facts), **env},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return top, output.splitlines()

    return read


def test_libvirt_s_xml_has_no_path_of_a_checkout(vagrantfile):
    """Other checkouts use the machines, and the provider puts the text into its XML as it is."""
    _, output = vagrantfile(["debian-12"])
    assert output == ["a machine of dockerd-lab"] * 3


def test_an_engine_of_a_project_needs_no_line_in_lab_yaml(vagrantfile):
    _, output = vagrantfile(["debian-12", "ours"], DAEMON_ENGINE="ours")
    assert len(output) == 3


@pytest.mark.parametrize("name", ['"', "a\\b", "$(touch executed)", "`x`", "a:b", "two\nlines"])
def test_bootstrap_refuses_a_checkout_that_no_environment_can_be_in(tmp_path, name):
    top = tmp_path / name
    top.mkdir()
    for file in ("bootstrap", "pyproject.toml"):
        shutil.copy(CHECKOUT / file, top)
    result = subprocess.run(
        [top / "bootstrap", "true"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 3, result.stderr
    assert re.fullmatch(r"(?s)bootstrap: .*: pip and venv take no path.* move.*\n", result.stderr)
    assert sorted(path.name for path in top.iterdir()) == ["bootstrap", "pyproject.toml"]
