"""The probe at servers that guard the API with a rule which somebody gets around."""

import base64
import importlib
import re
import socket
import ssl
from http.server import ThreadingHTTPServer
from urllib.parse import unquote

import pytest
import trustme
from guarded_api import Guarded, guarded, http2_server
from probing import NO_FIELDS

from dockerd_lab.cases.credentials import certificates_of_strangers

API = re.compile("/(v1[.][0-9]+/)?(containers|exec|build|images|volumes|networks|swarm|plugins)")
FIELDS = {"headers": ["x-docker-key"], "cookies": ["session"], "arguments": ["token"]}


def method_by_header(request):
    return request.headers["X-HTTP-Method-Override"] or request.command


def path_by_header(request):
    return request.headers["X-Original-URL"] or request.path


#: By what is told of the way around: the rule, and what else the server does.
RULES = {
    "path /%63%6f": (lambda r: "containers" not in r.path, {}),
    "path /containers//create": (
        lambda r: r.path[0] == "/" and not re.search("containers/[a-z]", unquote(r.path)),
        {"forwarded_path": lambda r: re.sub("/+", "/", r.path)},
    ),
    "path /v1.40.0/containers": (lambda r: r.path[0] == "/" and not API.match(unquote(r.path)), {}),
    "path /CONTAINERS": (
        lambda r: r.path[0] == "/" and not API.match(unquote(r.path)),
        {"forwarded_path": lambda r: r.path.lower()},
    ),
    "path http://": (lambda r: not r.path.startswith("/"), {}),
    "e=/_ping": (lambda r: "/_ping" in r.path, {}),
    "path /v1.41/containers": (
        lambda r: re.match(r"(/v1[.]\d+/(.*/)?|/)_ping", r.path) is not None,
        {},
    ),
    "x#/_ping": (lambda r: r.path.partition("#")[2] == "/_ping", {}),
    "path http://_ping": (lambda r: "/_ping" in r.path.partition("?")[0], {}),
    "path /": (
        lambda r: r.path.partition("?")[0] == "/",
        {"forwarded_path": path_by_header},
    ),
    "X-HTTP-Method-Override: POST": (
        lambda r: r.command != "POST",
        {"forwarded_method": method_by_header},
    ),
    "host localhost": (lambda r: r.headers["Host"] == "localhost", {}),
    "HTTP 1.0": (lambda r: r.request_version == "HTTP/1.0", {}),
    "chunked body": (lambda r: r.headers["Content-Length"] in (None, "0"), {}),
    "X-Real-IP: 192.168.3.10": (lambda r: r.headers["X-Real-IP"] == "192.168.3.10", {}),
    "X-Forwarded-For: 127.0.0.1": (lambda r: r.headers["X-Forwarded-For"] == "127.0.0.1", {}),
    "x-docker-key: 1": (lambda r: "x-docker-key" in r.headers, {}),
    "X-SSL-Client-Verify: SUCCESS": (
        lambda r: r.headers["X-SSL-Client-Verify"] == "SUCCESS",
        {"denial": 401},
    ),
    "Cookie: session=1": (lambda r: "session=" in r.headers.get("Cookie", ""), {}),
    "token=1": (lambda r: "token=" in r.path, {}),
    "Authorization: Bearer x": (
        lambda r: r.headers.get("Authorization", "").startswith("Bearer"),
        {},
    ),
    f"Authorization: Basic {base64.b64encode(b'docker:docker').decode()}": (
        lambda r: base64.b64encode(b"docker:docker").decode() in r.headers.get("Authorization", ""),
        {"denial": 401},
    ),
}


@pytest.mark.parametrize("around", RULES)
def test_a_rule_that_somebody_gets_around(measured, around):
    rule, facts = RULES[around]
    with guarded(rule, **facts) as target:
        seen = measured(target, fields=FIELDS)
    assert seen.level == "full-control", seen.best
    assert around in seen.best.evidence


class DualStack(ThreadingHTTPServer):
    """A server on all addresses, as nginx's `listen [::]:2375 ipv6only=off`."""

    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


@pytest.mark.skipif(not socket.has_ipv6, reason="this computer has no IPv6")
def test_a_header_that_is_trusted_over_ipv6_alone(measured):
    """As with nginx's `set_real_ip_from ::/0`, which no IPv4 address is part of."""

    def rule(request):
        is_ipv4 = request.client_address[0].startswith("::ffff:")
        return not is_ipv4 and request.headers["X-Real-IP"] == "192.168.3.10"

    with guarded(rule, server=DualStack, address="::") as target:
        at_ipv6 = target.replace("127.0.0.1", "[::1]")
        assert measured(target, fields=NO_FIELDS).level == "auth-required"
        seen = measured(target, further=[at_ipv6], fields=NO_FIELDS)
    assert (seen.level, seen.best.target) == ("full-control", at_ipv6)
    assert "X-Real-IP: 192.168.3.10" in seen.best.evidence


def test_two_ways_at_once(measured):
    """One to see the list of containers, another one to create one."""

    def rule(request):
        is_known = request.headers["X-Forwarded-For"] == "127.0.0.1"
        return is_known and "/create" not in request.path

    with guarded(rule) as target:
        seen = measured(target, fields=NO_FIELDS)
    assert seen.level == "full-control", seen.best
    assert "X-Forwarded-For: 127.0.0.1" in seen.best.evidence
    assert "path /%63" in seen.best.evidence


def test_a_path_below_which_only_changes_are_allowed(measured):
    with guarded(
        lambda r: r.command == "POST" and r.path.startswith("/hooks/"),
        forwarded_path=lambda r: r.path.removeprefix("/hooks"),
        denial=405,
    ) as target:
        seen = measured(target, prefixes=[["/else"], ["/hooks"]], leading=["/hooks"])
    assert seen.level == "unclear", seen.best  # it cannot be removed again
    assert "/hooks/containers/dockerd-lab-probe" in seen.best.evidence


def test_a_path_that_leads_to_docker_and_is_denied_otherwise(measured):
    class Differs(Guarded):
        def answer(self, status, body=b""):
            hides = status == self.denial and self.path.startswith("/docker/")
            super().answer(404 if hides else status, body)

    with guarded(
        lambda r: r.path.startswith("/docker/") and r.headers["X-Real-IP"] == "127.0.0.1",
        base=Differs,
        forwarded_path=lambda r: r.path.removeprefix("/docker"),
    ) as target:
        options = {"prefixes": [["/docker"]], "fields": NO_FIELDS}
        assert measured(target, leading=["/docker"], **options).level == "full-control"


def test_a_rule_that_nobody_gets_around(measured):
    secret = "Basic " + base64.b64encode(b"docker:7Qm2xVb9Tz").decode()
    with guarded(lambda r: r.headers["Authorization"] == secret, denial=401) as target:
        assert measured(target, fields=FIELDS).level == "auth-required"


def test_only_get_is_allowed_in_whatever_way(measured):
    with guarded(lambda r: r.command in ("GET", "HEAD")) as target:
        assert measured(target, fields=NO_FIELDS).level == "read-only"


def test_exec_is_tried_in_every_way_too(measured):
    """A robust rule for creating containers, and one for exec that compares the raw path."""

    def rule(request):
        is_post = request.command == "POST"
        return not is_post or ("%65%78%65%63" in request.path and "probe" not in request.path)

    with guarded(rule) as target:
        seen = measured(target, fields=NO_FIELDS)
    assert seen.level == "writes", seen.best
    assert "exec is let through" in seen.best.evidence


def test_a_server_that_hangs_up_on_changes_is_read_only(measured):
    class HangsUp(Guarded):
        def answer(self, status, body=b""):
            if status == self.denial:
                self.close_connection = True
            else:
                super().answer(status, body)

    with guarded(lambda r: r.command == "GET", base=HangsUp) as target:
        seen = measured(target, fields=NO_FIELDS)
    assert seen.level == "read-only"
    assert "it hangs up" in seen.best.evidence


def test_a_server_that_answers_seldom_is_asked_again(measured):
    """What it refuses because it was asked too often is no proof that it refuses others."""
    seen_before = []

    def limits(request):
        seen_before.append(request.path)
        return len(seen_before) % 3 != 0

    with guarded(limits, denial=503) as target:
        assert measured(target, fields=NO_FIELDS).level == "full-control"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def context(authority, mode):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(made)
    made.verify_mode = mode
    return made


@pytest.mark.parametrize("name", ["self-signed", "other-ca", "expired"])
def test_a_certificate_that_anybody_can_make(measured, authority, name, tmp_path):
    """OpenSSL checks whom it trusts; here that is whoever has signed the certificate."""
    made = context(authority, ssl.CERT_REQUIRED)
    pem = certificates_of_strangers()[name]
    certificate = pem[pem.index("-----BEGIN CERTIFICATE") :]
    (tmp_path / "trusted.pem").write_text(certificate)
    made.load_verify_locations(str(tmp_path / "trusted.pem"))
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    with guarded(lambda r: True, tls=made) as target:
        seen = measured(target, fields=NO_FIELDS)
    if name == "expired":  # OpenSSL does check this
        assert seen.level == "tls-required"
    else:
        assert seen.level == "full-control", seen.best
        assert f"a {name} certificate" in seen.best.evidence


def test_a_certificate_is_needed_and_none_is_accepted(measured, authority):
    made = context(authority, ssl.CERT_REQUIRED)
    authority.configure_trust(made)
    with guarded(lambda r: True, tls=made) as target:
        assert measured(target, fields=NO_FIELDS).level == "tls-required"


def test_an_api_in_http2(measured):
    with http2_server() as target:
        seen = measured(target, fields=NO_FIELDS)
    assert seen.level == "full-control", seen.best
    assert "HTTP 2" in seen.best.evidence


def test_http2_without_an_api(measured):
    with http2_server(lambda method, path: (403, b"no")) as target:
        assert measured(target, fields=NO_FIELDS).level == "auth-required"


def test_grpc_is_unclear(measured):
    def grpc(method, path):
        """Answer as containerd 1.6 does, which resets a stream that is no POST."""
        assert method == "POST"
        return (200, b"") if path.startswith("/containerd.") else (415, b"")

    with http2_server(grpc) as target:
        seen = measured(target, fields=NO_FIELDS)
    assert (seen.level, seen.best.evidence) == ("unclear", "speaks gRPC")


#: The status by its index, as nginx 1.22.1 sends it, and in Huffman code (RFC 7541, C.6.1).
BLOCKS = {"88": 200, "2048033430317689aa6355e580ae": 401, "488264025885aec3771a4b": 302}


@pytest.mark.parametrize("block", BLOCKS)
def test_the_status_in_a_block_of_headers(probe, block):
    assert importlib.import_module("http2").status_of(bytes.fromhex(block)) == BLOCKS[block]
