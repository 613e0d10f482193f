"""The probe at servers that answer only so many requests, and at those that serve keys."""

import importlib
import time
from types import SimpleNamespace

import pytest
from guarded_api import Guarded, guarded
from probing import NO_FIELDS, NO_PATIENCE


class Bucket:
    """Lets one request through in each `seconds`, and refuses the others."""

    def __init__(self, seconds, burst=2):
        self.seconds, self.level, self.burst, self.last = seconds, 0, burst, 0

    def __call__(self, request):
        now = time.monotonic()
        self.level = max(0, self.level - (now - self.last) / self.seconds)
        self.last = now
        if self.level > self.burst:
            return False
        self.level += 1
        return True


def test_a_limit_that_refuses_as_a_guard_does(measured):
    with guarded(Bucket(0.02), denial=403) as target:
        limit = {"statuses": [403], "seconds": 0.02}
        seen = measured(target, fields=NO_FIELDS, limit=limit)
    assert seen.level == "full-control", seen.best


def test_a_limit_that_nobody_waits_for_is_unclear(measured):
    with guarded(Bucket(60, burst=1), denial=403) as target:
        limit = {"statuses": [403], "seconds": 60}
        seen = measured(target, fields=NO_FIELDS, limit=limit, waits=NO_PATIENCE)
    assert seen.level == "unclear"
    assert "refused for coming too often" in seen.best.evidence


def test_a_guard_is_no_limit(measured, probe, monkeypatch):
    """What a limit would answer is answered to everything: there is nothing to wait for."""
    pauses = []
    sleeping = SimpleNamespace(sleep=pauses.append)
    monkeypatch.setattr(importlib.import_module("limiter"), "time", sleeping)
    with guarded(lambda r: False, denial=403) as target:
        seen = measured(target, fields=NO_FIELDS, limit={"statuses": [403], "seconds": 1})
    assert (seen.level, seen.best.limited) == ("auth-required", 0)
    assert pauses == []


def test_requests_that_were_not_answered_are_counted(measured):
    bucket = Bucket(60, burst=10)

    class Limited(Guarded):
        def answer(self, status, body=b""):
            super().answer(401 if bucket(self) else 503, body)

    with guarded(lambda r: False, base=Limited) as target:
        limit = {"statuses": [503], "seconds": 60}
        seen = measured(target, fields=NO_FIELDS, limit=limit, waits=NO_PATIENCE)
    assert seen.level == "auth-required"
    assert seen.best.limited > 10


@pytest.mark.parametrize(
    ("body", "level"), [(b"-----BEGIN PRIVATE KEY-----\n", "unclear"), (b"<h1>", "refused")]
)
def test_a_key_that_a_server_shows(measured, body, level):
    class Shows(Guarded):
        denial = 404

        def answer(self, status, answer=b""):
            is_key = self.path == "/ca../key.pem"
            super().answer(200 if is_key else status, body if is_key else answer)

    with guarded(lambda r: False, base=Shows) as target:
        seen = measured(target, served=["/ca../key.pem"])
    assert seen.level == level
    assert ("GET /ca../key.pem" in seen.best.evidence) is (level == "unclear")


def test_a_proxy_of_connections_that_hangs_up(measured):
    class HangsUp(Guarded):
        def answer(self, status, body=b""):
            self.close_connection = True

    with guarded(lambda r: False, base=HangsUp) as target:
        port = target.rpartition(":")[2]
        assert measured(target).level == "unclear"
        seen = measured(target, streams=[port])
    assert seen.level == "refused", seen.best
    assert "it hangs up" in seen.best.evidence
