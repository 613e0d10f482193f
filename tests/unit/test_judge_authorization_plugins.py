"""Authorization plugins that denied what a stranger tried."""

import pytest
from observations import observation
from prepared import UNIT_D

from dockerd_lab.observe.exposure import Attempt

DAEMON_JSON = {"etc/docker/daemon.json": '{\n"authorization-plugins": [\n"other", "gate:1"]}'}
DROP_IN = {
    f"{UNIT_D}/x.conf": "[Service]\nExecStart=\n"
    "ExecStart=/usr/sbin/dockerd -H fd:// --authorization-plugin=gate:1\n"
}
DENIED = (
    'GET /containers/json: HTTP 403: {"message":"authorization denied by plugin gate:1: not'
    ' allowed: to you"}'
)


def entries(judged, files, who, level, evidence):
    seen = observation()
    attempt = Attempt("tcp://192.168.3.201:2375", level, evidence)
    seen.exposure[who].attempts[:] = [attempt, attempt]
    return [each for each in judged(files, seen).not_judged if each.name.startswith("gate")]


@pytest.mark.parametrize("who", ["outsider", "local-user", "container"])
@pytest.mark.parametrize("level", ["auth-required", "read-only"])
def test_it_is_told_once(judged, who, level):
    (only,) = entries(judged, DAEMON_JSON, who, level, DENIED)
    assert (only.name, only.where.partition("/etc/")[2]) == ("gate:1", "docker/daemon.json:3")
    assert "what strangers do at tcp://192.168.3.201:2375" in only.message


def test_the_line_of_a_unit_is_told(judged):
    (only,) = entries(judged, DROP_IN, "outsider", "auth-required", DENIED)
    assert only.where.endswith("x.conf:3")


def test_a_plugin_that_nobody_declares_is_told_all_the_same(judged):
    (only,) = entries(judged, {"etc/docker/daemon.json": {}}, "outsider", "auth-required", DENIED)
    assert only.where is None


@pytest.mark.parametrize(
    ("who", "level", "evidence"),
    [
        ("client", "auth-required", DENIED),  # who may control the daemon
        ("outsider", "tls-required", "TLS handshake refused"),
        ("outsider", "auth-required", "GET /containers/json: HTTP 403: <h1>Forbidden</h1>"),
    ],
)
def test_whom_no_stranger_reaches_is_not(judged, who, level, evidence):
    assert entries(judged, DAEMON_JSON, who, level, evidence) == []
