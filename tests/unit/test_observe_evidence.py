"""The evidence of an observation, a file per source."""

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import evidence
from dockerd_lab.settings import load_settings


def test_a_file_that_cannot_be_written_is_the_harness_s_failure(full_observation, project):
    project.state.write_text("in the way")
    lab = Sandbox(project.state / "lab", "qemu", False, pid=1, started=1)
    fleet = Fleet(lab, project, load_settings(project), {})
    with pytest.raises(HarnessError, match=r"state: File exists"):
        evidence.write(fleet, full_observation)


def test_the_evidence_is_a_file_per_source(full_observation, project, tmp_path):
    lab = Sandbox(tmp_path / "lab", "qemu", False, pid=1, started=1)
    lab.consoles.mkdir(parents=True)
    (lab.consoles / "daemon.log").write_text("boot")
    fleet = Fleet(lab, project, load_settings(project), {"docker": "Docker version 1"})
    directory = evidence.write(fleet, full_observation)
    assert directory == project.state / "artifacts/debian-12/x"
    files = {file.name: file.read_text() for file in directory.iterdir()}
    assert "dockerd: first" in files["journal.txt"]
    assert files["netstat.txt"] == "raw tcp\nraw unix\n"
    assert files["daemon.json"] == "raw daemon_json\n"
    assert files["versions.txt"] == "docker: Docker version 1\n"
    assert "outsider: tcp://a:1: full-control (why)" in files["exposure.txt"]
    assert files["console-daemon.log"] == "boot\n"
