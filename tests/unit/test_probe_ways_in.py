"""The probe where a proxy lets through something else than the usual requests."""

import pytest
from docker_api import Leaky, server


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


def test_further_targets_are_tried_if_the_others_give_no_full_control(measured):
    with server("full-control") as opened, server("read-only") as read_only:
        levels = [each.level for each in measured(read_only, further=[opened]).attempts]
        assert levels == ["read-only", "full-control"]
        levels = [each.level for each in measured(opened, further=[read_only]).attempts]
        assert levels == ["full-control"]


def test_the_names_of_an_open_server_are_not_tried(measured):
    with server("full-control") as target:
        seen = measured(target, f"{target} as docker.example.org")
    assert [attempt.target for attempt in seen.attempts] == [target]
    with server("read-only") as target:
        seen = measured(target, f"{target} as docker.example.org")
    assert len(seen.attempts) == 2
