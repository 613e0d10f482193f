"""Connects Docker's SDK on your computer to the daemon, from any of the machines.

A connection goes through the lab's ssh and starts on the machine. Your computer has a private unix
socket for it and no TCP port, so that a daemon without TLS stays inside the lab.
"""

import json
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import docker
import requests
import urllib3
from docker.auth import AuthConfig
from docker.transport.basehttpadapter import BaseHTTPAdapter
from docker.utils.proxy import ProxyConfig

from dockerd_lab.cases.credentials import credential
from dockerd_lab.cases.model import Configuration
from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.errors import BadInput, HarnessError
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh
from dockerd_lab.machines.versions import API_VERSION

#: Seconds until an answer must begin.
LIMIT = 60
#: Where a machine's docker client has its configuration and certificates.
CONFIG = "/root/.docker"


@dataclass(frozen=True)
class Endpoint:
    """Where the daemon is for a client, and who that client is."""

    host: str = "localhost"
    """The name by which the daemon is called, and which its certificate must have."""
    port: int | None = None
    """None for the daemon's own socket."""
    tls: ssl.SSLContext | None = None
    headers: Mapping[str, str] | None = None
    """What the client's config.json adds to every request."""

    @property
    def destination(self) -> str:
        """Return where ssh should forward a connection to: a path or HOST:PORT."""
        return DOCKER_SOCKET if self.port is None else f"[{self.host}]:{self.port}"


@contextmanager
def connected(
    lab: Lab, machine: str, configuration: Configuration, address: str
) -> Iterator[docker.DockerClient]:
    """Yield a client of the daemon as `machine` reaches it, connected until the block ends.

    `address` is the daemon's in the lab. Nothing is sent to the daemon yet: a refusal shows in
    the first request, as requests' ConnectionError or docker's DockerException. Raises BadInput
    for an unknown machine or a remote by ssh, HarnessError where the machine cannot be reached,
    also from within a request.
    """
    endpoint = endpoint_from(machine, configuration, address)
    lab.touch(machine)
    with ssh.forwarding(lab, machine, endpoint.destination) as local:
        client = client_at(local, endpoint, lambda: ssh.check_connection(lab, machine))
        try:
            yield client
        finally:
            client.close()


def endpoint_from(machine: str, configuration: Configuration, address: str) -> Endpoint:
    """Return the endpoint for `machine`: the daemon's own socket, or else the case's remote.

    `client` has the certificates and the config.json of the case. `outsider` has neither, and
    takes any certificate for the daemon's: what refuses it must be the daemon. Raises BadInput.
    """
    if machine == "daemon":
        return Endpoint()
    if machine not in ("client", "outsider"):
        raise BadInput(f"no machine is called {machine!r}; there are: daemon, client, outsider")
    remote = configuration.remote
    url = urlsplit(remote.host)
    if url.scheme == "ssh" or url.hostname is None:
        raise BadInput(
            f"{configuration.name}: {machine} uses {remote.host}; docker_client supports only tcp://",
            'docker_client("daemon")   # by its own socket; or leave the case out: without=[…]',
        )
    port = url.port or (2376 if remote.tls else 2375)
    if machine == "outsider":
        return Endpoint(url.hostname, port, untrusting_tls_context() if remote.tls else None)
    files = {
        Path(path).name: credential(name, address)
        for path, name in configuration.credentials.client.items()
        if str(Path(path).parent) == CONFIG
    }
    tls = client_tls_context(files) if remote.tls else None
    return Endpoint(url.hostname, port, tls, _headers(configuration))


def client_tls_context(files: Mapping[str, bytes]) -> ssl.SSLContext:
    """Return TLS like docker's with the files ca.pem, cert.pem and key.pem; some may be missing.

    The server's certificate must be of that authority, and name the server.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if "ca.pem" in files:
        context.load_verify_locations(cadata=files["ca.pem"].decode())
    if "cert.pem" in files and "key.pem" in files:
        with tempfile.NamedTemporaryFile(prefix="dockerd-lab-") as both:  # its mode is 0600
            both.write(files["cert.pem"] + files["key.pem"])
            both.flush()
            context.load_cert_chain(both.name)
    return context


def untrusting_tls_context() -> ssl.SSLContext:
    """Return TLS without a client certificate that trusts every server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def client_at(local: Path, endpoint: Endpoint, check: Callable[[], None]) -> docker.DockerClient:
    """Return a client that connects to the endpoint through the unix socket `local`.

    `check` is called when a request fails, and raises HarnessError where that tells nothing about
    the daemon. Of your own configuration for docker, and of proxies, nothing is used.
    """
    client = docker.DockerClient(base_url=f"unix://{local}", version=API_VERSION, timeout=LIMIT)
    api = client.api
    api.mount("http+docker://", _Adapter(ForwardedPool(local, endpoint), check))
    # These were read from your own ~/.docker/config.json, passwords included.
    api._general_configs = {"HttpHeaders": dict(endpoint.headers)} if endpoint.headers else {}
    api._auth_configs = AuthConfig({})
    api._proxy_configs = ProxyConfig()
    return client


def _headers(configuration: Configuration) -> Mapping[str, str] | None:
    file = configuration.directory / f"client{CONFIG}/config.json"
    config = json.loads(file.read_text()) if file.is_file() else {}
    headers: Mapping[str, str] | None = config.get("HttpHeaders")
    return headers


class _Connection(urllib3.connection.HTTPConnection):
    """A connection through a unix socket, with TLS on it where the endpoint has that."""

    def __init__(self, local: Path, endpoint: Endpoint):
        super().__init__(endpoint.host, endpoint.port)
        self.local, self.endpoint = local, endpoint

    def connect(self) -> None:
        """Connect; raise HarnessError where ssh is not there, and what TLS raises."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(str(self.local))
        except OSError as error:
            raise HarnessError(
                f"reaching the daemon through {self.local}: {error}",
                "a restore or a reboot of the machines ends it: ask for a docker_client after that",
            ) from error
        if self.endpoint.tls is not None:
            self.sock = self.endpoint.tls.wrap_socket(self.sock, server_hostname=self.endpoint.host)


class ForwardedPool(urllib3.HTTPConnectionPool):
    """Connections through a unix socket; its name stands in the messages of errors."""

    def __init__(self, local: Path, endpoint: Endpoint):
        super().__init__(endpoint.host, endpoint.port)
        self.local, self.endpoint = local, endpoint

    def _new_conn(self) -> _Connection:
        return _Connection(self.local, self.endpoint)


class _Adapter(BaseHTTPAdapter):  # type: ignore[misc]  # docker has no types
    def __init__(self, pool: ForwardedPool, check: Callable[[], None]):
        super().__init__()
        self.pool, self.check = pool, check

    def get_connection(self, url: str, proxies: object = None) -> ForwardedPool:
        """Return the one pool, whatever the URL and the proxies."""
        return self.pool

    def request_url(self, request: Any, proxies: object) -> Any:
        """Return the path: there is no proxy, which would need the whole URL."""
        return request.path_url

    def send(self, *args: Any, **options: Any) -> Any:
        """Send a request; raise HarnessError instead of its error where the lab is to blame."""
        try:
            return super().send(*args, **options)
        except (requests.RequestException, HarnessError):
            self.check()
            raise

    def close(self) -> None:
        """Close the connections."""
        super().close()
        self.pool.close()
