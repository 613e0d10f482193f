"""The probe, against servers on the loopback address."""

import contextlib
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings

import pytest
import trustme
from docker_api import TOKEN, Api, Behind, server
from guarded_api import guarded
from probing import silence

from dockerd_lab.machines.program import source
from dockerd_lab.observe import exposure
from dockerd_lab.observe.targets import Targets
from dockerd_lab.project import find_project

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")


def test_the_program_as_it_is_sent_to_a_machine(tls):
    context, home = tls
    with server("full-control", tls=context) as target:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", source(find_project(), "probe")],
            input=json.dumps(exposure.probe_request(Targets([target], []))) + "\n",
            env={"HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout, done.stderr
    assert (
        exposure.parse_probe_answer("client", json.loads(done.stdout), TOKEN).level
        == "full-control"
    )


@pytest.mark.parametrize("level", ["full-control", "read-only", "auth-required"])
def test_levels_over_http(measured, level):
    with server(level) as target:
        assert measured(target).level == level


def test_a_proxy_that_allows_only_get_and_head(measured):
    with server("read-only", refusal=405, gone=405) as target:
        assert measured(target).level == "read-only"


def test_a_website_is_no_daemon(measured):
    with server("website") as target:
        seen = measured(target)
    assert seen.level == "refused"
    assert "no API: GET /containers/json: HTTP 404" in seen.best.evidence


@pytest.mark.parametrize(
    ("listing", "start", "level"),
    [
        (403, 500, "unclear"),
        (403, 403, "writes"),
        (404, 500, "unclear"),
        (404, 204, "full-control"),
    ],
)
def test_who_may_create_a_container_is_not_refused(measured, listing, start, level):
    with server("full-control", base=Behind, listing=listing, start=start) as target:
        seen = measured(target)
    assert seen.level == level, seen.best


@pytest.mark.parametrize(
    ("name", "prefixes", "facts", "level"),
    [
        ("docker.example.com", [], {"host": "docker.example.com"}, "full-control"),
        ("other.example.com", [], {"host": "docker.example.com"}, "refused"),
        ("", ["/else", "/docker"], {"below": "/docker"}, "full-control"),
        ("", ["/docker"], {"below": "/docker", "level": "read-only"}, "read-only"),
        ("", ["/docker"], {"below": "/docker", "level": "auth-required"}, "auth-required"),
        ("", ["/else"], {"below": "/docker"}, "refused"),
        ("", [], {"listing": 405}, "full-control"),
    ],
)
def test_an_api_behind_a_name_or_a_path(measured, name, prefixes, facts, level):
    facts = {"level": "full-control", **facts}
    with server(facts.pop("level"), base=Behind, **facts) as target:
        seen = measured(
            f"{target} as {name}" if name else target, prefixes=[[each] for each in prefixes]
        )
    assert seen.level == level, seen.best


def test_full_control_needs_the_token_of_this_run(measured):
    with server("full-control", token="guessed") as target:
        seen = measured(target)
    assert seen.level == "unclear"
    assert "a container ran, but read 'guessed'" in seen.best.evidence


def test_the_container_is_removed(measured):
    Api.deleted.clear()
    with server("full-control") as target:
        assert measured(target).level == "full-control"
    assert len(Api.deleted) == 1
    assert re.fullmatch(r"/containers/dockerd-lab-probe-\w{8}\?force=1", Api.deleted[0])
    with server("full-control", gone=500) as target:
        assert "may be left" in measured(target).best.evidence


def test_the_daemon_s_metrics_are_no_api_but_told(measured):
    """As dockerd 20.10.24 and 28.5.2 serve them with --metrics-addr."""
    line = b'engine_daemon_container_actions_seconds_bucket{action="changes",le="0.005"} 1'

    def daemon(request):
        return (200, line) if request.path == "/metrics" else (404, b"404 page not found")

    with guarded(lambda r: True, forward=daemon) as target:
        seen = measured(target)
    assert (seen.level, seen.best.evidence) == ("refused", "no API: the daemon's metrics")


def test_who_has_spoken_and_is_gone_is_no_stranger(measured):
    """A proxy that limits connections says nothing of the level, and certainly not `refused`."""
    with server("full-control") as target:
        gate = socket.create_server(("127.0.0.1", 0))

        def answer_once():
            made, _ = gate.accept()
            gate.close()
            made.recv(10_000)
            made.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
            made.close()

        threading.Thread(target=answer_once, daemon=True).start()
        gone = f"tcp://127.0.0.1:{gate.getsockname()[1]}"
        seen = measured(gone, target)
    assert [way.level for way in seen.attempts] == ["unclear", "full-control"]
    assert "/containers/json: ConnectionRefusedError" in seen.attempts[0].evidence


def test_who_hangs_up_once_and_is_gone_is_refused(measured):
    """As systemd does with a socket whose service does not start."""
    gate = socket.create_server(("127.0.0.1", 0))

    def hang_up():
        made, _ = gate.accept()
        gate.close()
        made.close()

    threading.Thread(target=hang_up, daemon=True).start()
    assert measured(f"tcp://127.0.0.1:{gate.getsockname()[1]}").level == "refused"


GREETERS = {
    b"220 mail.example ESMTP\r\n": "refused",
    b"-ERR unknown command 'GET'\r\n": "refused",
    b"hello, who is there?\r\n": "unclear",
    b"HTTP/1.1 ": "filtered",
    b"": "filtered",
}


@pytest.mark.parametrize("greeting", GREETERS)
def test_what_is_no_http_costs_the_limit_at_most(measured, greeting):
    with socket.create_server(("127.0.0.1", 0)) as greeter:

        def speak(made):
            with contextlib.suppress(OSError):
                made.send(greeting)
                for _ in range(50):
                    time.sleep(0.05)
                    made.send(b" " if greeting else b"")

        def greet():
            with contextlib.suppress(OSError):  # it is closed when the test is over
                while True:
                    speak(greeter.accept()[0])

        threading.Thread(target=greet, daemon=True).start()
        started = time.monotonic()
        seen = measured(f"tcp://127.0.0.1:{greeter.getsockname()[1]}", waits=silence(0.2))
        assert time.monotonic() - started < 5, "its words do not make the limit longer"
    assert seen.level == GREETERS[greeting]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def tls(authority, tmp_path):
    """A server's TLS that demands a client's certificate, and a home that has one."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(made)
    authority.configure_trust(made)
    made.verify_mode = ssl.CERT_REQUIRED
    client = authority.issue_cert("me@example.org")
    docker = tmp_path / "home/.docker"
    docker.mkdir(parents=True)
    client.cert_chain_pems[0].write_to_path(docker / "cert.pem")
    client.private_key_pem.write_to_path(docker / "key.pem")
    return made, docker.parent


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_lets_in_who_has_a_certificate(measured, tls, version):
    context, home = tls
    context.maximum_version = version
    with server("full-control", tls=context) as target:
        assert measured(target).level == "tls-required"
        assert measured(target, home=home).level == "full-control"


def test_a_server_of_tls_may_hang_up_on_http_and_take_its_time(measured, tls):
    """stunnel and nginx's stream do; more than what a silent port costs is TLS, emulated."""
    limit = 0.2
    context, home = tls
    with server("full-control", tls=context) as target:
        behind = int(target.rsplit(":", 1)[1])
        gate = socket.create_server(("127.0.0.1", 0))

        def pump(source, sink):
            with contextlib.suppress(OSError):
                while part := source.recv(10_000):
                    sink.sendall(part)
                sink.shutdown(socket.SHUT_WR)

        def pass_on():
            for number in range(50):
                made, _ = gate.accept()
                start = made.recv(1, socket.MSG_PEEK)
                if start != b"\x16":
                    made.close()
                    continue
                time.sleep(1.5 * limit if number == 1 else 0)
                other = socket.create_connection(("127.0.0.1", behind))
                for pair in ((made, other), (other, made)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

        threading.Thread(target=pass_on, daemon=True).start()
        seen = measured(f"tcp://127.0.0.1:{gate.getsockname()[1]}", home=home, waits=silence(limit))
    assert seen.level == "full-control", seen.best.evidence


def test_an_old_server_is_open_all_the_same(measured, tls):
    context, _ = tls
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings(action="ignore"):  # deprecated, as they should be
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with server("full-control", tls=context) as target:
        assert measured(target).level == "full-control"


def test_a_closed_port_is_refused_and_a_silent_one_costs_the_limit(measured):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        started = time.monotonic()
        seen = measured(f"tcp://127.0.0.1:{port}", "tcp://127.0.0.1:1", waits=silence(0.1))
        assert 0.1 <= time.monotonic() - started < 2
    assert [way.level for way in seen.attempts] == ["filtered", "refused"]
    assert seen.best.target == "tcp://127.0.0.1:1"


def test_an_abstract_socket_is_open_to_everybody(measured):
    name = f"dockerd-lab-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen()
        assert measured(f"unix://@{name}", waits=silence(0.1)).best.evidence.startswith(
            "connected, but no answer"
        )


def test_a_socket_that_others_may_not_open(measured, tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
    seen = measured(f"unix://{tmp_path}/sock", f"unix://{tmp_path}/none")
    assert {way.level for way in seen.attempts} == {"refused"}
