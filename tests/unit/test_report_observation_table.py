"""The table of observations."""

import dataclasses

from dockerd_lab.observe.listeners import Listener
from dockerd_lab.report import observation_table
from dockerd_lab.report.observation_rows import row


def test_the_table_says_all_of_it(full_observation):
    text = observation_table.table([row(full_observation)], width=120, colour=False)
    line = next(line for line in text.splitlines() if "debian-12/x" in line)
    words = "debian-12/x active tcp6 :::2375 dockerd full-control ROOT refused 20.0 8.0"
    assert line.split() == words.split()
    assert "ROOT: full-control; a container read a file" in text
    assert "\x1b" not in text


def test_what_was_seen_is_no_markup(full_observation):
    odd = [Listener("tcp6", "[fe80::1]:2375", "[/x] :warning:")]
    daemon = dataclasses.replace(full_observation.daemon, listeners=odd)
    text = observation_table.table(
        [row(dataclasses.replace(full_observation, daemon=daemon))], width=120, colour=False
    )
    assert "tcp6 [fe80::1]:2375 [/x] :warning:" in text


def test_the_table_fits_80_columns(full_observation):
    text = observation_table.table([row(full_observation)], width=80, colour=False)
    assert max(map(len, text.splitlines())) <= 80
    for word in ("debian-12/x", "client full-control", "outsider ROOT", "tcp6 :::2375 dockerd"):
        assert word in text
