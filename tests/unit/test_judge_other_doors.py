"""Listeners of other programs that are root for whoever reaches them."""

import dataclasses

import pytest
from observations import SOCKET, observation

from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.listeners import Listener

FILES = {"etc/containerd/config.toml": "version = 2\n"}
TARGET = "tcp://192.168.3.201:10000"
NO_HTTP = "neither HTTP nor HTTPS: [SSL: WRONG_VERSION_NUMBER] wrong version number"


def observed(program, level, evidence):
    """What an outsider gets at a listener of `program`."""
    made = observation(listeners=(SOCKET, Listener("tcp6", ":::10000", program)))
    outsider = Exposure("outsider", [Attempt(TARGET, level, evidence)])
    return dataclasses.replace(made, exposure={**made.exposure, "outsider": outsider})


@pytest.mark.parametrize("program", ["containerd", "buildkitd"])
def test_an_api_that_an_outsider_reaches(judged, program):
    result = judged(FILES, observed(program, "refused", NO_HTTP))
    assert result.verdict == "failed"
    assert result.reasons == [
        f"an outsider reaches {program}'s API at {TARGET}, which is root for whoever does"
    ]
    assert (
        judged(FILES, observed(program, "refused", NO_HTTP), allow_insecure=True).verdict
        == "passed"
    )


@pytest.mark.parametrize(
    ("program", "level", "evidence"),
    [
        ("containerd", "filtered", "no answer within 3 s"),
        ("containerd", "refused", "Connection refused"),
        ("containerd", "refused", "No route to host"),
        ("containerd", "tls-required", "TLS: certificate required"),
        ("sshd", "refused", NO_HTTP),
    ],
)
def test_what_is_not_reached_or_is_no_such_api(judged, program, level, evidence):
    assert judged(FILES, observed(program, level, evidence)).verdict == "passed"
