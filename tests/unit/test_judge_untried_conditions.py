"""Conditions of nginx that were not tried keep a verdict from passing."""

from dataclasses import replace

import pytest
from observations import observation

from dockerd_lab.config.nginx_routes import Untried
from dockerd_lab.config.value import Place
from dockerd_lab.judge.untried_conditions import find_untried_conditions
from dockerd_lab.observe.exposure import Attempt, Exposure

SITE = "/etc/nginx/conf.d/docker.conf"


@pytest.fixture
def find(ready):
    """What is not judged of an observation of nginx."""
    inputs = ready({SITE.lstrip("/"): "server { }\n"}).inputs
    return lambda **seen: list(find_untried_conditions(inputs, replace(observation(), **seen)))


def test_a_condition_that_was_not_tried_is_told_with_its_place(find):
    (told,) = find(untried_conditions=[Untried("js_set decides", "Try it.", Place(SITE, 7))])
    assert (told.name, told.settle) == (SITE, "Try it.")
    assert "was not tried: js_set decides" in told.message
    assert told.where.endswith("docker.conf:7")


def test_a_target_that_answers_too_few_requests_is_told(find):
    def exposure(level, limited):
        attempt = Attempt("tcp://192.168.3.201:2375", level, "", limited=limited)
        return {"outsider": Exposure("outsider", [attempt])}

    (told,) = find(exposure=exposure("auth-required", 3))
    assert "3 requests" in told.message
    assert find(exposure=exposure("auth-required", 0)) == []
    assert find(exposure=exposure("full-control", 3)) == []
