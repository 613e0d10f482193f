"""Exposure: what is made of the probe's answer."""

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.observe import exposure


def test_what_is_unclear_is_not_overlooked():
    ways = [exposure.Attempt("a", "full-control", ""), exposure.Attempt("b", "unclear", "?")]
    assert exposure.Exposure("client", ways).level == "unclear"


@pytest.mark.parametrize("answer", [None, [{}], {"a": 1}, [1]])
def test_an_answer_that_is_none_is_the_harness_s_fault(answer):
    with pytest.raises(HarnessError, match="measuring the exposure of client"):
        exposure.parse_probe_answer("client", answer, "0123abcd")


@pytest.mark.parametrize(
    ("ports", "level"), [({"2377": "the API of managers"}, "refused"), ({}, "unclear")]
)
def test_what_dockerd_says_to_a_swarm_is_known(ports, level):
    """As the probe of a node of a swarm answers; nothing else tells this from what is unknown."""
    answer = {"target": "tcp://192.168.3.201:2377", "level": "unclear", "evidence": "TLS: x"}
    seen = exposure.parse_probe_answer("outsider", [{**answer, "output": ""}], "0123abcd", ports)
    assert seen.level == level


def test_a_container_without_a_network_reaches_nothing():
    assert exposure.Exposure("container", []).level == "refused"


def test_what_each_bridge_gives_is_told_with_its_name():
    answer = {"target": "tcp://10.20.0.1:2375", "level": "refused", "evidence": "x", "output": ""}
    answers = {"docker0": [answer], "corp0": [{**answer, "level": "full-control", "output": "1"}]}
    seen = exposure.parse_probe_answers("container", answers, "1", {})
    assert [attempt.place for attempt in seen.attempts] == [
        "tcp://10.20.0.1:2375",
        "tcp://10.20.0.1:2375 from corp0",
    ]
    assert seen.level == "full-control"
