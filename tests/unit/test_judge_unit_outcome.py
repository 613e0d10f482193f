"""What became of a unit, from what systemd said of it on a machine (units/)."""

from dataclasses import replace
from pathlib import Path

import pytest

from dockerd_lab.judge.unit_outcome import needs_boot, outcome_of_unit
from dockerd_lab.observe.unit_states import parse

RECORDED = Path(__file__).parent / "units"
BEFORE = parse((RECORDED / "before-boot.txt").read_text())
AFTER = parse((RECORDED / "after-boot.txt").read_text())


def test_what_only_a_boot_starts():
    assert [name for name, state in BEFORE.items() if needs_boot(state, BEFORE)] == [
        "second.service",
        "absent.service",
        "shell-absent.service",
        "fails.service",
        "nouser.service",
        "cond.service",
        "once.service",
        "slow.service",
        "x.timer",
        "x.service",
        "y.timer",
        "y.service",
        "p.path",
        "p.service",
        "t@one.service",
        "linked.service",
        "ssh.service",
        "foo.service",
        "multi-user.target",
    ]
    assert not any(needs_boot(state, AFTER) for state in AFTER.values())


@pytest.mark.parametrize(
    ("unit", "outcome", "message"),
    [
        ("second.service", "in-effect", "systemd has started it"),
        ("once.service", "in-effect", "systemd has started it"),
        ("t@one.service", "in-effect", "systemd has started it"),
        ("x.service", "in-effect", "systemd has started it"),
        ("ssh.service", "in-effect", "systemd has started it"),
        ("foo.service", "in-effect", "systemd has started it"),
        ("static.service", "without-effect", "no unit starts it, and it is not enabled"),
        ("fails.service", "not-judged", "it fails on the lab's machine (exit-code)"),
        (
            "shell-absent.service",
            "not-judged",
            "a program that it calls is not on the lab's machine: /bin/sh: 1: socat: not found",
        ),
        (
            "nouser.service",
            "not-judged",
            "its user is not on the lab's machine:"
            " nouser.service: Failed at step USER spawning /bin/true: No such process",
        ),
        (
            "absent.service",
            "not-judged",
            "its program is not on the lab's machine, or cannot be run there",
        ),
        ("cond.service", "not-judged", "one of its conditions does not hold on the lab's machine"),
        ("slow.service", "not-judged", "it was still starting when the lab went on"),
    ],
)
def test_what_became_of_a_unit_at_a_boot(unit, outcome, message):
    found = outcome_of_unit(AFTER[unit], AFTER)
    assert (found.outcome, found.message) == (outcome, message)


@pytest.mark.parametrize(
    ("status", "missing"),
    [
        (127, "a program that it calls"),
        (200, "its working directory"),
        (203, "its program"),
        (216, "its group"),
        (217, "its user"),
    ],
)
def test_what_a_unit_lacks_on_the_lab_s_machine(status, missing):
    state = replace(AFTER["absent.service"], exit_status=status, log=())
    assert outcome_of_unit(state, AFTER).message.startswith(
        f"{missing} is not on the lab's machine"
    )


def test_what_a_timer_would_start():
    found = outcome_of_unit(BEFORE["x.service"], BEFORE)
    assert (found.outcome, found.message) == (
        "not-judged",
        "x.timer would start it, and has not",
    )


def test_a_drop_in_for_a_unit_that_is_not_there():
    state = BEFORE["copied.service"]
    assert outcome_of_unit(state, BEFORE).message == "this unit is not on the lab's machine"


def test_a_service_that_a_connection_starts_is_in_effect():
    """Its socket listens, and whoever connects is measured."""
    text = (RECORDED / "before-boot.txt").read_text()
    text = text.replace("TriggeredBy=x.timer", "TriggeredBy=x.socket").replace(
        "x.timer", "x.socket"
    )
    dead = parse(text)
    assert needs_boot(dead["x.service"], dead)
    listening = parse(
        text.replace(
            "ActiveState=inactive\nSubState=dead\nFragmentPath=/etc/systemd/system/x.socket",
            "ActiveState=active\nSubState=listening\nFragmentPath=/etc/systemd/system/x.socket",
        )
    )
    assert not needs_boot(listening["x.service"], listening)
    assert outcome_of_unit(listening["x.service"], listening).outcome == "in-effect"


@pytest.mark.parametrize(("restarts", "times"), [(1, "once"), (3, "3 times")])
def test_a_unit_that_ended_was_not_seen_at_work(restarts, times):
    """A program that needs what the lab's machine lacks ends at once, and is started again."""
    state = replace(AFTER["second.service"], restarts=restarts)
    outcome = outcome_of_unit(state, AFTER)
    assert outcome.outcome == "not-judged"
    assert outcome.message == f"it ended, and systemd has started it again {times}"
