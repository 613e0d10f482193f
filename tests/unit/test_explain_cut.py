"""Lines that end at the screen's edge."""

import pytest

from dockerd_lab.explain.cut import MIN_CHARACTERS, cut_words
from dockerd_lab.explain.matcher import explain_text
from dockerd_lab.explain.normalise import squash

PID = "pid file found, ensure docker is not running or delete /var/run/docker.pid"
STAMP = "Nov 24 12:00:00 host "


def cut(line):
    return [(name, index) for name, _, index in cut_words(["", squash(line)], ["", line])]


def beginning(letters):
    """The shortest beginning of the message with so many letters that are no spaces."""
    return next(PID[:end] for end in range(len(PID)) if len(squash(PID[:end])) == letters)


@pytest.mark.parametrize("mark", [">", "..."])
def test_a_marked_line_shows_enough(mark):
    assert ("pidfile-exists", 1) in cut(f"dockerd[1]: {beginning(MIN_CHARACTERS)}{mark}")
    assert cut(f"dockerd[1]: {beginning(MIN_CHARACTERS - 1)}{mark}") == []


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("dockerd[812]: ", True),
        ("docker[812]: ", True),
        ("docker-current[812]: ", True),
        ("dockerd-current[812]: ", True),
        ("docker-proxy[812]: ", False),
        ("dockerd: ", False),
        ("dockerd[812]: level=info ", False),
        ("dockerd[812]: level=warn ", False),
        ("dockerd[812]: level=debug ", False),
        ("dockerd[812]: level=error ", True),
    ],
)
def test_only_dockerd_s_own_errors_are_believed_to_be_cut_without_a_mark(program, found):
    line = f"{STAMP}{program}{beginning(40)}"
    assert bool(cut(line)) is found
    assert cut(f"{line},") == [], "no screen's edge"


def test_a_client_s_error_needs_a_mark():
    words = "Cannot connect to the Docker da"
    assert explain_text([f"{STAMP}dockerd[1]: {words}"]) == []
    assert {each.line for each in explain_text([f"x\n{STAMP}app: {words}>"])} == {2}
