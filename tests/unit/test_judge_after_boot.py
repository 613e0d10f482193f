"""Two verdicts become one: that after the restart, and that after a boot."""

from dataclasses import replace

import pytest
from observations import OPEN, SOCKET, failed, observation, opened
from prepared import HOSTS

from dockerd_lab.judge.after_boot import combine
from dockerd_lab.observe.observation import Boot

FILES = {"etc/docker/daemon.json": HOSTS}


@pytest.fixture
def combined(judged):
    """The verdict from two observations."""

    def make(restarted, booted, files=FILES):
        booted = replace(booted, boot=Boot())
        return combine(judged(files, restarted), judged(files, booted), ["/etc/rc.local"])

    return make


def test_nothing_differs(combined):
    result = combined(observation(), observation())
    assert (result.verdict, result.after_boot.differences) == ("passed", [])
    assert result.after_boot.causes == ["/etc/rc.local"]
    assert result.seconds == 24.0


def test_seconds_are_those_of_both_in_tenths(combined):
    result = combined(replace(observation(), seconds=1.26), replace(observation(), seconds=2.31))
    assert (result.seconds, result.after_boot.seconds) == (3.6, 2.3)


def test_what_is_open_only_after_a_boot_fails(combined):
    result = combined(observation(), opened())
    assert result.verdict == "failed"
    assert result.exposure.outsider == "full-control"
    assert all(reason.startswith("after a boot: ") for reason in result.reasons)
    names = [each.name for each in result.after_boot.differences]
    assert names == ["client", "outsider", "local-user", "container", str(OPEN)]


def test_what_is_open_until_a_boot_fails_too(combined):
    result = combined(opened(), observation(listeners=[SOCKET]))
    assert result.verdict == "failed"
    assert result.exposure.outsider == "full-control"
    assert result.reasons == ["an outsider gets root at tcp://a:1 (why)", *result.reasons[1:]]
    assert result.after_boot.exposure.outsider == "refused"


def test_a_daemon_that_does_not_start_at_a_boot(combined):
    result = combined(observation(), failed())
    assert (result.verdict, result.daemon, result.after_boot.daemon) == (
        "failed",
        "active",
        "failed",
    )
    assert [error.id for error in result.errors] == ["hosts-flag-file-conflict"]


def test_a_reason_of_both_is_told_once(combined):
    assert not any("after a boot" in reason for reason in combined(opened(), opened()).reasons)


def test_what_a_boot_settles_is_not_incomplete(combined):
    """Before the boot nothing has read it, and that is no verdict."""
    result = combined(observation(), observation(), {"etc/tmpfiles.d/x.conf": "d /x\n"})
    assert (result.verdict, result.not_judged) == ("passed", [])
