"""Listeners of other programs that are root for whoever reaches them."""

import dataclasses

import pytest
from observations import SOCKET, observation

from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.listeners import Listener

FILES = {"etc/containerd/config.toml": "version = 2\n"}
TARGET = "tcp://192.168.3.201:10000"


def observed(program, level, evidence):
    """What an outsider gets at a listener of `program`."""
    made = observation(listeners=(SOCKET, Listener("tcp6", ":::10000", program)))
    outsider = Exposure("outsider", [Attempt(TARGET, level, evidence)])
    return dataclasses.replace(made, exposure={**made.exposure, "outsider": outsider})


@pytest.mark.parametrize("program", ["containerd", "buildkitd"])
@pytest.mark.parametrize(
    ("level", "evidence"), [("refused", "no API: HTTP 415"), ("unclear", "speaks gRPC")]
)
def test_an_api_that_an_outsider_reaches(judged, program, level, evidence):
    result = judged(FILES, observed(program, level, evidence))
    assert result.verdict == "failed"
    assert result.reasons == [
        f"an outsider reaches {program}'s API at {TARGET}, which is root for whoever does"
    ]
    allowed = judged(FILES, observed(program, level, evidence), allow_insecure=True)
    assert allowed.verdict == "passed"


@pytest.mark.parametrize(
    ("program", "level", "evidence"),
    [
        ("containerd", "filtered", "no answer within 3 s"),
        ("containerd", "refused", "Connection refused"),
        ("containerd", "refused", "No route to host"),
        ("containerd", "tls-required", "TLS: certificate required"),
        ("sshd", "refused", "speaks SSH"),
    ],
)
def test_what_is_not_reached_or_is_no_such_api(judged, program, level, evidence):
    assert judged(FILES, observed(program, level, evidence)).verdict == "passed"


def test_an_unknown_protocol_of_another_program_does_not_pass(judged):
    result = judged(FILES, observed("java", "unclear", "speaks gRPC"))
    assert result.reasons == [f"an outsider gets unclear at {TARGET} (speaks gRPC)"]


def test_metrics_that_an_outsider_reads_are_told(judged):
    result = judged(FILES, observed("dockerd", "refused", "no API: the daemon's metrics"))
    assert result.verdict == "passed"
    assert f"outsider reads the daemon's metrics at {TARGET}" in result.notes
