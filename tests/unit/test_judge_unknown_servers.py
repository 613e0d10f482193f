"""Servers that an outsider reaches, and of which the trial shows nothing."""

import pytest
from observations import SOCKET, observation

from dockerd_lab.observe.exposure import Attempt
from dockerd_lab.observe.listeners import Listener

ANY = {"etc/docker/daemon.json": {}}


def told(judged, program, level, evidence, at=("outsider", "tcp://192.168.3.201:2380")):
    who, target = at
    listeners = [SOCKET, Listener("tcp", "0.0.0.0:2380", program)]
    listeners.append(Listener("unix", "/var/run/jobs.sock", program))
    seen = observation(listeners=listeners)
    attempt = Attempt(target, level, evidence)
    seen.exposure[who].attempts[:] = [attempt, attempt]
    return [each.message for each in judged(ANY, seen).not_judged]


@pytest.mark.parametrize(
    ("program", "level", "evidence", "message"),
    [
        ("python3", "refused", "no API: HTTP 404", "python3 answers an outsider at {}: not with"),
        ("init", "filtered", "connected, but no answer within 3 s", "systemd waits for what an"),
        (
            "python3",
            "auth-required",
            "HTTP 403",
            "python3 denied what was tried by an outsider at {}",
        ),
        ("gate", "read-only", "creating a container: HTTP 403", "gate denied what was tried by an"),
    ],
)
def test_it_is_told_once(judged, program, level, evidence, message):
    (only,) = told(judged, program, level, evidence)
    assert only.startswith(message.format("tcp://192.168.3.201:2380"))


@pytest.mark.parametrize(
    ("who", "target", "words"),
    [
        ("local-user", "tcp://127.0.0.1:2380", "a local user at tcp://127.0.0.1:2380"),
        ("local-user", "unix:///run/jobs.sock", "a local user at unix:///run/jobs.sock"),
        ("container", "tcp://172.17.0.1:2380", "a container at tcp://172.17.0.1:2380"),
    ],
)
def test_whoever_reaches_it(judged, who, target, words):
    (only,) = told(judged, "python3", "refused", "no API: HTTP 404", (who, target))
    assert only == f"python3 answers {words}: not with Docker's API"


@pytest.mark.parametrize(
    ("program", "level", "evidence"),
    [
        ("lighttpd", "auth-required", "HTTP 401"),
        ("stunnel4", "auth-required", "HTTP 401"),
        ("python3", "tls-required", "HTTP spoken to an HTTPS port"),
        ("nginx", "refused", "no API: HTTP 404"),
        ("dockerd", "filtered", "connected, but no answer within 3 s"),
        ("init", "filtered", "no answer within 3 s"),
        ("python3", "refused", "Connection refused"),
    ],
)
def test_known_programs_and_closed_ports_are_not(judged, program, level, evidence):
    assert told(judged, program, level, evidence) == []
