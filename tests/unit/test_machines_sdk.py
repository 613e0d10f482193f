"""Docker's SDK through a unix socket: what arrives at the other end, and whose an error is."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer

import pytest
import requests

from dockerd_lab.cases.credentials import credential
from dockerd_lab.cases.model import Configuration, Credentials, Remote
from dockerd_lab.errors import BadInput, HarnessError
from dockerd_lab.machines.sdk import Endpoint, client_at, client_tls_context, endpoint_from

ADDRESS = "192.168.3.201"
CLIENT = {
    "/root/.docker/ca.pem": "ca",
    "/root/.docker/cert.pem": "client-cert",
    "/root/.docker/key.pem": "client-key",
}
TLS = Remote(host=f"tcp://{ADDRESS}:2376", tls=True)


def made(**files):
    return {f"{name}.pem": credential(content, ADDRESS) for name, content in files.items()}


FILES = made(ca="ca", cert="client-cert", key="client-key")


class Api(BaseHTTPRequestHandler):
    """As much of the daemon as the tests ask for; with what each request came."""

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK" if self.path.endswith("/_ping") else b'{"Version": "1.2.3"}')

    def log_message(self, *_):
        pass


class Server(UnixStreamServer):
    tls = None

    def get_request(self):
        made, _ = super().get_request()
        made.settimeout(10)
        return (self.tls.wrap_socket(made, server_side=True) if self.tls else made), ("ssh", 0)


@pytest.fixture
def serve(tmp_path):
    """Start a daemon's API at a unix socket, behind the TLS context."""
    running = []

    def start(tls=None, handler=Api):
        server = Server(str(tmp_path / "s"), handler)
        server.tls, server.requests = tls, []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return server

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def client(tmp_path):
    """A client at that socket."""
    clients = []

    def connect(endpoint, check=lambda: None):
        clients.append(client_at(tmp_path / "s", endpoint, check))
        return clients[-1]

    yield connect
    for each in clients:
        each.close()


def daemon_tls(tmp_path, *, verify):
    """The daemon's own TLS, with --tlsverify or without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    file = tmp_path / "server.pem"
    file.write_bytes(credential("server-pem", ADDRESS))
    context.load_cert_chain(file)
    if verify:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=credential("ca", ADDRESS).decode())
    return context


@pytest.fixture
def mutual(serve, tmp_path):
    """A daemon with --tlsverify."""
    return serve(daemon_tls(tmp_path, verify=True))


def test_the_daemon_sees_the_host_that_the_machine_asks_for(serve, client):
    server = serve()
    docker = client(Endpoint(ADDRESS, 2375))
    assert docker.ping() is True
    assert docker.version()["Version"] == "1.2.3"
    assert [path for path, _ in server.requests] == ["/v1.40/_ping", "/v1.40/version"]
    assert {headers["Host"] for _, headers in server.requests} == {f"{ADDRESS}:2375"}


def test_your_own_docker_and_proxies_are_not_used(serve, client, tmp_path, monkeypatch):
    own = {"HttpHeaders": {"X-Mine": "secret"}, "auths": {"registry.example": {"auth": "YTpi"}}}
    (tmp_path / "config.json").write_text(json.dumps(own))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = serve()
    docker = client(Endpoint(ADDRESS, 2375, headers={"Authorization": "Basic YTpi"}))
    assert docker.ping() is True
    [(path, headers)] = server.requests
    assert path == "/v1.40/_ping"
    assert headers["Authorization"] == "Basic YTpi"
    assert "X-Mine" not in headers
    assert docker.api._auth_configs.auths == {}


def test_mutual_tls(mutual, client):
    assert client(Endpoint(ADDRESS, 2376, client_tls_context(FILES))).ping() is True
    assert [path for path, _ in mutual.requests] == ["/v1.40/_ping"]


@pytest.mark.parametrize(
    ("host", "files", "reason"),
    [
        # The alert may come after the client's request, which then finds nobody.
        (ADDRESS, made(ca="ca"), "certificate required|EOF|Connection aborted"),
        (ADDRESS, made(ca="other-ca", cert="client-cert", key="client-key"), "verify failed"),
        (ADDRESS, made(cert="client-cert", key="client-key"), "verify failed"),
        ("192.168.3.202", FILES, "not valid for '192.168.3.202'"),
        ("builder.example", FILES, "not valid for 'builder.example'"),
    ],
)
def test_either_side_refuses(mutual, client, host, files, reason):
    with pytest.raises(requests.ConnectionError, match=reason):
        client(Endpoint(host, 2376, client_tls_context(files))).ping()
    assert mutual.requests == []


class HangsUp(Api):
    def handle(self):
        pass


def test_who_hangs_up_is_the_daemon_where_the_machine_answers(serve, client):
    serve(handler=HangsUp)
    checks = []
    docker = client(Endpoint(ADDRESS, 2375), lambda: checks.append(1))
    with pytest.raises(requests.ConnectionError):
        docker.ping()
    assert checks == [1]


def test_who_hangs_up_is_the_lab_where_the_machine_is_lost(serve, client):
    def lost():
        raise HarnessError("the connection to client has ended")

    serve(handler=HangsUp)
    with pytest.raises(HarnessError, match="has ended"):
        client(Endpoint(ADDRESS, 2375), lost).ping()


def test_a_forwarding_that_is_gone_is_the_lab_s_trouble(client):
    with pytest.raises(HarnessError, match="No such file or directory"):
        client(Endpoint(ADDRESS, 2375)).ping()


def configuration(directory, remote, client=None):
    return Configuration("x", directory, remote, Credentials(client=client or {}))


def test_where_each_machine_finds_the_daemon(tmp_path):
    file = tmp_path / "client/root/.docker/config.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"HttpHeaders": {"Authorization": "Basic YTpi"}}')
    plain = configuration(tmp_path, Remote())
    assert endpoint_from("daemon", plain, ADDRESS).destination == "/run/docker.sock"
    for machine in ("client", "outsider"):
        endpoint = endpoint_from(machine, plain, ADDRESS)
        assert (endpoint.destination, endpoint.tls) == (f"[{ADDRESS}]:2375", None)
    assert endpoint_from("client", plain, ADDRESS).headers == {"Authorization": "Basic YTpi"}
    assert endpoint_from("outsider", plain, ADDRESS).headers is None


def test_the_client_s_certificates_are_the_case_s(mutual, client, tmp_path):
    case = configuration(tmp_path, TLS, {**CLIENT, "/srv/registry/ca.pem": "other-ca"})
    assert client(endpoint_from("client", case, ADDRESS)).ping() is True
    other = configuration(tmp_path, TLS, {**CLIENT, "/root/.docker/ca.pem": "other-ca"})
    with pytest.raises(requests.ConnectionError, match="verify failed"):
        client(endpoint_from("client", other, ADDRESS)).ping()
    assert len(mutual.requests) == 1


def test_the_outsider_has_no_certificate_and_looks_at_none(mutual, client, tmp_path):
    docker = client(endpoint_from("outsider", configuration(tmp_path, TLS, CLIENT), ADDRESS))
    with pytest.raises(requests.ConnectionError):
        docker.ping()
    assert mutual.requests == []
    mutual.tls = daemon_tls(tmp_path, verify=False)
    assert docker.ping() is True


@pytest.mark.parametrize(
    ("machine", "remote", "reason"),
    [
        ("client", Remote(host="ssh://deploy@192.168.3.201"), "supports only tcp://"),
        ("laptop", Remote(), "no machine is called 'laptop'"),
    ],
)
def test_what_it_cannot_reach(machine, remote, reason):
    with pytest.raises(BadInput, match=reason):
        endpoint_from(machine, configuration(Path("/x"), remote), ADDRESS)


def test_on_the_daemon_s_machine_the_remote_does_not_matter():
    by_ssh = configuration(Path("/x"), Remote(host="ssh://deploy@192.168.3.201"))
    assert endpoint_from("daemon", by_ssh, ADDRESS) == Endpoint()
