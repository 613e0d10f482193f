"""Servers that an outsider reaches, and of which the trial shows nothing."""

import pytest
from observations import SOCKET, observation

from dockerd_lab.observe.exposure import Attempt
from dockerd_lab.observe.listeners import Listener

ANY = {"etc/docker/daemon.json": {}}


def told(judged, program, level, evidence):
    listeners = [SOCKET, Listener("tcp", "0.0.0.0:2380", program)]
    seen = observation(listeners=listeners)
    attempt = Attempt("tcp://192.168.3.201:2380", level, evidence)
    seen.exposure["outsider"].attempts[:] = [attempt, attempt]
    return [each.message for each in judged(ANY, seen).not_judged]


@pytest.mark.parametrize(
    ("program", "level", "evidence", "message"),
    [
        ("python3", "refused", "no API: HTTP 404", "python3 answers an outsider at {}: not with"),
        ("init", "filtered", "connected, but no answer within 3 s", "systemd waits for what an"),
    ],
)
def test_it_is_told_once(judged, program, level, evidence, message):
    (only,) = told(judged, program, level, evidence)
    assert only.startswith(message.format("tcp://192.168.3.201:2380"))


@pytest.mark.parametrize(
    ("program", "level", "evidence"),
    [
        ("nginx", "refused", "no API: HTTP 404"),
        ("dockerd", "filtered", "connected, but no answer within 3 s"),
        ("init", "filtered", "no answer within 3 s"),
        ("python3", "refused", "Connection refused"),
    ],
)
def test_known_programs_and_closed_ports_are_not(judged, program, level, evidence):
    assert told(judged, program, level, evidence) == []
