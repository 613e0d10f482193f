"""What follows from an observation."""

import dataclasses

import pytest

from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.journal import PROCESS_EXITED, UNIT_FAILED, Entry
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import DaemonObservation, Installed, Observation, Outcome
from dockerd_lab.observe.unit import Unit


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


def test_what_follows_from_an_observation(seen):
    assert seen.exposure["client"].level == "full-control"
    assert seen.daemon.own_seconds == 8.0
    assert seen.daemon.exit_status == "1", "the first exit tells"
    assert seen.daemon.unit_result == "exit-code"
    assert seen.daemon.log == ["first", "exited", "exited again", "failed", "by hand"]
    by_hand = dataclasses.replace(seen.daemon, outcome=Outcome("failed", 1.5, None, 1))
    assert (by_hand.exit_status, by_hand.own_seconds) == ("1", 1.5)
