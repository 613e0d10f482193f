"""What a daemon's log says: warnings, waiting on purpose, last words."""

import dataclasses

import pytest
from observations import observation

from dockerd_lab.judge import log
from dockerd_lab.observe.journal import Entry

TIME = "2026-11-24T12:00:{}Z"


def line(text, level="info", seconds="00", rest=""):
    return f'time="{TIME.format(seconds)}" level={level} msg="{text}"{rest}'


def test_warnings_each_one_time():
    lines = [
        line('a\\tb \\"c\\"', "warning"),
        line('a\\tb \\"c\\"', "warning", "01"),
        line("no", "error"),
        "level=warning",
        line("d\\ne", "warning"),
    ]
    assert log.warnings(lines) == ['a b "c"', "d e"]


def warned(seconds, rest=' host="tcp://0.0.0.0:2375"', level="warning"):
    return line("insecure", level, seconds, rest)


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([warned("00"), line("x", seconds="10")], 10.0),
        ([warned("00"), warned("01"), line("x", seconds="16")], 16.0),
        ([warned("00"), "of another program", line("x", seconds="15")], 15.0),
        ([warned("00"), line("x", seconds="00.9")], 0.0),
        ([warned("00"), line("x", seconds="01.26")], 1.3),
        ([warned("00", rest=""), line("x", seconds="10")], 0.0),
        ([warned("00", level="info"), line("x", seconds="10")], 0.0),
        ([line("x"), line("y", seconds="10")], 0.0),
        ([warned("00"), line("x", seconds="00.1"), line("y", seconds="20")], 0.0),
        ([warned("xx"), line("x", seconds="10")], 0.0),
    ],
)
def test_the_seconds_that_dockerd_waited_on_purpose(lines, seconds):
    assert log.startup_delay(lines) == seconds


def test_a_message_without_its_time():
    assert log.extract_message(line('a \\"b\\"')) == 'a "b"'
    assert log.extract_message("  no time ") == "no time"


def observed(*entries, by_hand=""):
    journal = [Entry(0.0, program, text, "", "", "") for program, text in entries]
    made = observation()
    return dataclasses.replace(
        made, daemon=dataclasses.replace(made.daemon, journal=journal, by_hand=by_hand)
    )


STARTING = ("systemd", "Starting docker.service - Docker Engine...")


@pytest.mark.parametrize(
    ("entries", "by_hand", "last"),
    [
        ([("dockerd", "a"), ("systemd", "b")], "", "a"),
        ([("docker", "a"), ("systemd", "b")], "", "a"),
        ([("systemd", "a"), ("other", "b")], "", "b"),
        ([("dockerd", "before"), STARTING, ("systemd", "b")], "", "b"),
        ([("dockerd", "a"), STARTING, ("dockerd", "b"), ("systemd", "c")], "", "b"),
        ([("dockerd", "a")], "b\nSee 'docker --help'\nRun 'x'\nUsage: y\n  \n", "b"),
        (
            [("systemd", "docker.service: Failed to load: a"), ("dockerd", "b")],
            "",
            "docker.service: Failed to load: a",
        ),
        (
            [
                ("systemd", "docker.service: Unable to a"),
                ("systemd", "docker.service: Failed to b"),
            ],
            "",
            "docker.service: Unable to a",
        ),
        (
            [("systemd", "docker.service: Failed at step X"), ("dockerd", "b")],
            "",
            "docker.service: Failed at step X",
        ),
        ([("systemd", "docker.service: Failed with result 'x'"), ("dockerd", "b")], "", "b"),
        ([], "", "none"),
    ],
)
def test_the_last_words(entries, by_hand, last):
    assert log.last_line(observed(*entries, by_hand=by_hand)) == last
