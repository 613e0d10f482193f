"""The table of observations."""

import dataclasses

import pytest

from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.journal import PROCESS_EXITED, UNIT_FAILED, Entry
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import DaemonObservation, Installed, Observation, Outcome
from dockerd_lab.observe.unit import Unit
from dockerd_lab.report import terminal
from dockerd_lab.report.rows import row


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


def test_the_table_says_all_of_it(seen):
    text = terminal.table([row(seen)], width=120, colour=False)
    line = next(line for line in text.splitlines() if "debian-12/x" in line)
    words = "debian-12/x active tcp6 :::2375 dockerd full-control ROOT refused 20.0 8.0"
    assert line.split() == words.split()
    assert "ROOT: full-control; a container read a file" in text
    assert "\x1b" not in text


def test_what_was_seen_is_no_markup(seen):
    odd = [Listener("tcp6", "[fe80::1]:2375", "[/x] :warning:")]
    daemon = dataclasses.replace(seen.daemon, listeners=odd)
    text = terminal.table([row(dataclasses.replace(seen, daemon=daemon))], width=120, colour=False)
    assert "tcp6 [fe80::1]:2375 [/x] :warning:" in text


def test_the_table_fits_80_columns(seen):
    text = terminal.table([row(seen)], width=80, colour=False)
    assert max(map(len, text.splitlines())) <= 80
    for word in ("debian-12/x", "client full-control", "outsider ROOT", "tcp6 :::2375 dockerd"):
        assert word in text
