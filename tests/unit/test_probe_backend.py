"""The probe at proxies behind which nothing answers, or only after a while."""

import socket
import threading
from contextlib import contextmanager, suppress

import pytest
from docker_api import Api
from docker_api import server as api
from guarded_api import daemon, guarded
from probing import NO_FIELDS, patience

from dockerd_lab.observe.exposure import Attempt, Exposure, settle_absent_backends

ABSENT = "what stands behind it does not answer"


def absent_until(number, status):
    """What a proxy answers whose backend is there from a request on, counted from 0."""
    count = iter(range(10_000))

    def forward(request):
        if next(count) < number:
            return status, b"<h1>No server is available to handle this request.</h1>"
        return daemon(request.command, request.path)

    return forward


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("fields", [None, NO_FIELDS])
def test_nothing_answers_behind_a_proxy(measured, status, fields):
    with guarded(lambda r: True, forward=absent_until(10_000, status)) as target:
        seen = measured(target, fields=fields)
    assert seen.level == "unclear"
    assert f"HTTP {status}" in seen.best.evidence
    assert seen.best.evidence.endswith(ABSENT)


def test_a_backend_that_takes_its_time_is_waited_for(measured):
    with guarded(lambda r: True, forward=absent_until(9, 503)) as target:
        seen = measured(target, waits=patience(10))
    assert (seen.level, seen.attempts[0].evidence.split(";")[0]) == (
        "full-control",
        "a container read /root/dockerd-lab-token",
    )


def test_one_path_has_no_backend(measured):
    """What is below another path says nothing of it."""

    def forward(request):
        return (503, b"no server") if request.path.startswith("/engine/") else (404, b"nothing")

    with guarded(lambda r: True, forward=forward) as target:
        assert measured(target, prefixes=[["/engine"]]).level == "unclear"
        assert measured(target).level == "refused"


def test_a_proxy_that_denies_is_none_without_a_backend(measured):
    with guarded(lambda r: False) as target:
        assert measured(target, fields=NO_FIELDS).level == "auth-required"


@contextmanager
def hanging_up(number=10_000):
    """A port that hangs up at once on that many connections, and then leads to a daemon."""
    with api("full-control") as behind, socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(behind.rpartition(":")[2])

        def forward(client):
            behind = socket.create_connection(("127.0.0.1", port))
            with suppress(OSError), client, behind as daemon_side:
                client.settimeout(5)
                while data := client.recv(65536):
                    daemon_side.sendall(data)
                    client.sendall(daemon_side.recv(65536))

        def serve():
            for count in range(10_000):
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                if count < number:
                    client.close()
                else:
                    threading.Thread(target=forward, args=[client], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


def test_who_hangs_up_on_everybody_is_unclear(measured):
    with hanging_up() as target:
        seen = measured(target)
    assert seen.level == "unclear"
    assert seen.best.evidence.startswith("it hangs up")
    assert seen.best.evidence.endswith(ABSENT)


def test_who_hangs_up_at_first_is_waited_for(measured):
    with hanging_up(7) as target:
        seen = measured(target, waits=patience(10))
    assert seen.level != "unclear", seen.best


class Caddy(Api):
    """Caddy's admin API, which answers to its own name alone."""

    def do_GET(self):
        own = f"localhost:{self.server.server_address[1]}"
        if self.headers["Host"] != own:
            return self.answer(403, '{"error":"host not allowed"}')
        return self.answer(200, '{"apps":{"http":{}}}') if self.path == "/config/" else None

    def do_POST(self):
        self.answer(403, "no")


@pytest.mark.parametrize("fields", [None, NO_FIELDS])
def test_caddys_admin_api_is_unclear(measured, fields):
    with api("website", base=Caddy) as target:
        seen = measured(target, fields=fields)
    assert seen.level == "unclear"
    assert "Caddy's admin API" in seen.best.evidence


TARGETS = ("tcp://192.168.3.201:2375", "tcp://[fd00::1]:2375 as docker.example.org")


def attempts(**levels):
    """Exposures: what each gets at a target, as LEVEL or LEVEL and what is behind."""
    return {
        who.replace("_", "-"): Exposure(who, [Attempt(target, level, f"HTTP 503: {ABSENT}")])
        for who, (target, level) in levels.items()
    }


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("level", ["read-only", "writes", "full-control"])
def test_somebody_else_reaches_the_daemon_there(target, level):
    levels = attempts(client=(target, level), outsider=(TARGETS[0], "unclear"))
    outsider = settle_absent_backends(levels)["outsider"].best
    assert outsider.level == "refused"
    assert outsider.evidence == "HTTP 503: and client reaches the daemon there"


@pytest.mark.parametrize(
    ("target", "level"),
    [
        (TARGETS[0], "auth-required"),
        (TARGETS[0], "unclear"),
        ("tcp://192.168.3.201:2376", "full-control"),
        ("unix:///run/docker.sock", "full-control"),
    ],
)
def test_nobody_reaches_the_daemon_there(target, level):
    levels = attempts(client=(target, level), outsider=(TARGETS[0], "unclear"))
    assert settle_absent_backends(levels)["outsider"].level == "unclear"


def test_what_is_unclear_for_another_reason_stays_so():
    levels = attempts(client=(TARGETS[0], "full-control"))
    levels["outsider"] = Exposure("outsider", [Attempt(TARGETS[0], "unclear", "speaks gRPC")])
    assert settle_absent_backends(levels)["outsider"].level == "unclear"
