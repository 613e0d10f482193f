"""The evidence of an observation, a file per source."""

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe import evidence
from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.journal import PROCESS_EXITED, UNIT_FAILED, Entry
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import DaemonObservation, Installed, Observation, Outcome
from dockerd_lab.observe.unit import Unit
from dockerd_lab.settings import load_settings


def answer(stdout):
    return CommandResult("$", 0, stdout, "", 0.1)


@pytest.fixture
def seen():
    """An observation with something in every place."""
    unit = Unit("active", "running", "loaded", 7, "/x", 1_000_000, 9_000_000)
    names = ("tcp", "unix", "nginx", "unit_files", "units", "daemon_json", "outcome")
    entries = [
        Entry(0.0, "dockerd", "first", "", "", ""),
        Entry(1.0, "systemd", "exited", PROCESS_EXITED, "1", ""),
        Entry(2.0, "systemd", "exited again", PROCESS_EXITED, "2", ""),
        Entry(3.0, "systemd", "failed", UNIT_FAILED, "", "exit-code"),
    ]
    daemon = DaemonObservation(
        outcome=Outcome("active", 9.5, 0, None),
        service=unit,
        socket=unit,
        listeners=[Listener("tcp6", ":::2375", "dockerd")],
        command="dockerd",
        hosts=[],
        journal=entries,
        by_hand="by hand",
        first_apply=Installed("", "", 1),
        second_apply=Installed("", "", 1),
        raw={name: answer(f"raw {name}") for name in names},
    )
    levels = {"client": "full-control", "outsider": "full-control", "local-user": "refused"}
    exposure = {who: Exposure(who, [Attempt("tcp://a:1", lv, "why")]) for who, lv in levels.items()}
    tools = {"ping": answer("OK"), "containers": answer("[]")}
    return Observation(
        "debian-12/x", "debian-12", "methods/x", daemon, tools, exposure, {}, {}, "", 20.0
    )


def test_a_file_that_cannot_be_written_is_the_harness_s_failure(seen, root, tmp_path):
    (root / ".lab").write_text("in the way")
    fleet = Fleet(
        Sandbox(tmp_path / "lab", "qemu", False, pid=1, started=1), root, load_settings(root), {}
    )
    with pytest.raises(HarnessError, match=r"\.lab: File exists"):
        evidence.write(fleet, seen)


def test_the_evidence_is_a_file_per_source(seen, root, tmp_path):
    lab = Sandbox(tmp_path / "lab", "qemu", False, pid=1, started=1)
    lab.consoles.mkdir(parents=True)
    (lab.consoles / "daemon.log").write_text("boot")
    fleet = Fleet(lab, root, load_settings(root), {"docker": "Docker version 1"})
    directory = evidence.write(fleet, seen)
    assert directory == root / ".lab/artifacts/debian-12/x"
    files = {file.name: file.read_text() for file in directory.iterdir()}
    assert "dockerd: first" in files["journal.txt"]
    assert files["netstat.txt"] == "raw tcp\nraw unix\n"
    assert files["daemon.json"] == "raw daemon_json\n"
    assert files["versions.txt"] == "docker: Docker version 1\n"
    assert "outsider: tcp://a:1: full-control (why)" in files["exposure.txt"]
    assert files["console-daemon.log"] == "boot\n"
