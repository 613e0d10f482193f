"""The probe where a proxy lets through something else than the usual requests."""

import pytest
from docker_api import Leaky, Trusting, server


@pytest.mark.parametrize(
    "request_line",
    [
        "POST /containers/dockerd-lab-absent/exec",
        "PUT /containers/dockerd-lab-absent/archive",
        "POST /containers/dockerd-lab-absent/update",
        "POST /containers/dockerd-lab-absent/start",
        "POST /commit",
        "DELETE /containers/dockerd-lab-absent",
    ],
)
def test_only_creating_containers_is_refused(measured, request_line):
    with server("read-only", base=Leaky, let_through=(request_line,)) as target:
        seen = measured(target)
    assert seen.level == "writes"
    assert f"{request_line} is let through" in seen.best.evidence
    assert "creating a container: HTTP 403" in seen.best.evidence


def test_every_change_is_refused(measured):
    with server("read-only", base=Leaky) as target:
        assert measured(target).level == "read-only"


def test_another_version_may_create_containers(measured):
    with server("full-control", base=Leaky, version="v1.41") as target:
        seen = measured(target)
    assert seen.level == "full-control", seen.best


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP"])
@pytest.mark.parametrize("trusted", ["192.168.3.10", "127.0.0.1"])
def test_a_proxy_that_believes_a_header(measured, header, trusted):
    pretended = ["192.168.3.10", "127.0.0.1"]
    with server("full-control", base=Trusting, header=header, trusted=trusted) as target:
        seen = measured(target, pretended=pretended)
        assert seen.level == "full-control"
        assert f"X-Forwarded-For: {trusted}" in seen.best.evidence
        assert measured(target).level == "auth-required", "it is asked first without a header"


def test_a_proxy_that_believes_no_header_gets_none(measured, probe):
    with server("auth-required") as target:
        assert measured(target, pretended=["127.0.0.1"]).level == "auth-required"
    assert probe.PRETENDED == {}


def test_further_targets_are_tried_if_the_others_give_no_full_control(measured):
    with server("full-control") as opened, server("read-only") as read_only:
        levels = [each.level for each in measured(read_only, further=[opened]).attempts]
        assert levels == ["read-only", "full-control"]
        levels = [each.level for each in measured(opened, further=[read_only]).attempts]
        assert levels == ["full-control"]
