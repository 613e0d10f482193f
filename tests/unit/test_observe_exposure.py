"""Exposure: what is tried of the listeners, and what is made of the probe's answer."""

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.observe import exposure
from dockerd_lab.observe.listeners import Listener

LISTENERS = [
    Listener("tcp6", ":::2376", "dockerd"),
    Listener("tcp", "127.0.0.1:2375", "dockerd"),
    Listener("tcp6", "fd00::1:99", "x"),
    Listener("unix", "/run/docker.sock", "init"),
    Listener("unix", "/var/run/docker.sock", "dockerd"),
]


def test_what_other_machines_try():
    tried = exposure.remote_targets(LISTENERS, "192.0.2.1")
    assert tried == [
        "tcp://192.0.2.1:99",
        "tcp://192.0.2.1:2375",
        "tcp://192.0.2.1:2376",
        "tcp://[fd00::1]:99",
    ]
    assert exposure.remote_targets([], "192.0.2.1", "ssh://a") == [
        "ssh://a",
        "tcp://192.0.2.1:2375",
    ]


def test_what_a_local_user_tries():
    assert exposure.local_targets(LISTENERS) == [
        "tcp://127.0.0.1:2375",
        "tcp://127.0.0.1:2376",
        "tcp://[::1]:2376",
        "tcp://[fd00::1]:99",
        "unix:///run/docker.sock",
    ]
    abstract = [Listener("unix", "@docker", "init"), Listener("unix", "/srv/var/run/a", "x")]
    assert exposure.local_targets(abstract) == ["unix:///srv/var/run/a", "unix://@docker"]
    assert exposure.local_targets([]) == ["unix:///run/docker.sock"]


def test_what_is_unclear_is_not_overlooked():
    ways = [exposure.Attempt("a", "full-control", ""), exposure.Attempt("b", "unclear", "?")]
    assert exposure.Exposure("client", ways).level == "unclear"


@pytest.mark.parametrize("answer", [None, [{}], {"a": 1}, [1]])
def test_an_answer_that_is_none_is_the_harness_s_fault(answer):
    with pytest.raises(HarnessError, match="measuring the exposure of client"):
        exposure.parse_probe_answer("client", answer, "0123abcd")
