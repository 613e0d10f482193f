"""Connects to a target of probe.py as a client does: over TCP, TLS, a unix socket or ssh.

Like the docker client it uses the files in ~/.docker: cert.pem, key.pem, and HttpHeaders in
config.json. It must run on Python 3.9.
"""

import http.client
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager, suppress

from approach import connect_by

#: How many bytes of an answer are read.
MAX_BODY = 1_000_000
DOCKER = os.path.expanduser("~/.docker")


class NotHTTP(OSError):
    """Raised if an answer is not HTTP."""


def request(target, tls, method, path, body=None, *, end, connection=None):
    """Send one request, on a new connection or on `connection`; return status and body.

    `end` is the time.monotonic() at which the connection is closed. Raise OSError on failure.
    """
    with open_connection(target, tls, end, connection) as sock:
        # The Host header matters to a proxy only.
        http_connection = http.client.HTTPConnection(server_name(target) or "docker")
        http_connection.sock = sock
        headers = configured_headers()
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        try:
            http_connection.request(method, path, body, headers)
            response = http_connection.getresponse()
            return response.status, response.read(MAX_BODY)
        except http.client.RemoteDisconnected:
            raise  # the server hung up; this is an OSError
        except http.client.HTTPException as error:
            raise NotHTTP(repr(error)) from None


@contextmanager
def open_connection(target, tls, end, connection=None):
    """Yield a connection, with TLS if `tls` is a context; use `connection` if it is not None.

    The connection is closed at `end`, even if the other side sends slowly.
    """
    connection = connection or connect(target, max(0.1, end - time.monotonic()))
    if tls is not None:
        server_hostname = server_name(target) or None
        connection = tls.wrap_socket(
            connection, do_handshake_on_connect=False, server_hostname=server_hostname
        )
    deadline = threading.Timer(max(0.1, end - time.monotonic()), shut_down, [connection])
    deadline.start()
    try:
        if tls is not None:
            connection.do_handshake()
        yield connection
    except OSError:
        if time.monotonic() >= end:
            raise socket.timeout() from None
        raise
    finally:
        deadline.cancel()
        connection.close()


def shut_down(connection):
    """Shut a connection down, so that a thread that waits for it goes on."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def server_name(target):
    """Return the server name in a target, `NAME` of `… as NAME`; else an empty string."""
    return target.partition(" as ")[2]


def connect(target, limit):
    """Return a connection to a target; raise OSError if there is none within `limit` seconds."""
    kind, address = target.partition(" as ")[0].split("://", 1)
    address, _, approach = address.partition(" ") if kind == "tcp" else (address, "", "")
    if kind == "ssh":
        connection, child_end = socket.socketpair()
        command = ssh_command(target, "docker", "system", "dial-stdio")
        subprocess.Popen(command, stdin=child_end, stdout=child_end, stderr=subprocess.DEVNULL)
        child_end.close()
    elif kind == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(limit)
        connection.connect("\0" + address[1:] if address.startswith("@") else address)
    else:
        host, port = address.rsplit(":", 1)
        place = host.strip("[]"), int(port)
        if approach:
            connection = connect_by(*place, approach, limit)
        else:
            connection = socket.create_connection(place, timeout=limit)
    connection.settimeout(limit)
    return connection


def ssh_command(target, *command):
    """Return the ssh command line that `docker -H ssh://…` would run."""
    # Measuring must not depend on the client's known_hosts, nor add the host there.
    host_key_options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")
    options = ("BatchMode=yes", "ConnectTimeout=10", "LogLevel=ERROR", *host_key_options)
    return ["ssh", *(word for option in options for word in ("-o", option)), target, *command]


def tls_context(certificate=None):
    """Return a TLS context that trusts every server, with a client certificate.

    That is `certificate`, in PEM with its key, or the one in ~/.docker, or none.
    """
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    tls.minimum_version = ssl.TLSVersion.TLSv1  # an old server can be open, too
    tls.set_ciphers("DEFAULT@SECLEVEL=0")
    if certificate is not None:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(certificate)
            file.flush()
            tls.load_cert_chain(file.name)
    elif os.access(DOCKER + "/cert.pem", os.R_OK) and os.access(DOCKER + "/key.pem", os.R_OK):
        tls.load_cert_chain(DOCKER + "/cert.pem", DOCKER + "/key.pem")
    return tls


def configured_headers():
    """Return the HTTP headers that the docker client is configured to send with every request."""
    try:
        with open(DOCKER + "/config.json") as file:
            return dict(json.load(file)["HttpHeaders"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
