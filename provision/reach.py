"""Reaches a target of probe.py's as a client does: over TCP, TLS, a unix socket or ssh.

Like the docker client it uses what lies in ~/.docker: cert.pem, key.pem, and config.json's
HttpHeaders. It must run on Python 3.9.
"""

import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

#: Bytes of an answer that are read.
ENOUGH = 1_000_000
DOCKER = os.path.expanduser("~/.docker")


class NoHTTP(OSError):
    """What came back is no HTTP."""


def request(target, tls, method, path, body=None, *, end, made=None):
    """Send one request on a connection of its own, or `made`; return status and body, by `end`."""
    with connected(target, tls, end, made) as open_one:
        # The Host header, which only a proxy minds.
        connection = http.client.HTTPConnection(name_of(target) or "docker")
        connection.sock = open_one
        headers = configured_headers()
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(ENOUGH)
        except http.client.RemoteDisconnected:
            raise  # it hung up, which is an OSError
        except http.client.HTTPException as error:
            raise NoHTTP(repr(error)) from None


@contextmanager
def connected(target, tls, end, made=None):
    """A connection (`made`, if there is one) that is over at `end`, however slow the other side."""
    made = made or connect(target, max(0.1, end - time.monotonic()))
    if tls is not None:
        name = name_of(target) or None
        made = tls.wrap_socket(made, do_handshake_on_connect=False, server_hostname=name)
    last = threading.Timer(max(0.1, end - time.monotonic()), shut, [made])
    last.start()
    try:
        if tls is not None:
            made.do_handshake()
        yield made
    except OSError:
        if time.monotonic() >= end:
            raise socket.timeout() from None
        raise
    finally:
        last.cancel()
        made.close()


def shut(made):
    """End a connection, also for a thread that waits for it."""
    with suppress(OSError):
        made.shutdown(socket.SHUT_RDWR)


def name_of(target):
    """By which name a server is called."""
    return target.partition(" as ")[2]


def connect(target, limit):
    """A connection to a target; raises OSError where there is none within `limit` seconds."""
    kind, place = target.partition(" as ")[0].split("://", 1)
    if kind == "ssh":
        made, there = socket.socketpair()
        dial = ssh(target, "docker", "system", "dial-stdio")
        subprocess.Popen(dial, stdin=there, stdout=there, stderr=subprocess.DEVNULL)
        there.close()
    elif kind == "unix":
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(limit)
        made.connect("\0" + place[1:] if place.startswith("@") else place)
    else:
        host, port = place.rsplit(":", 1)
        made = socket.create_connection((host.strip("[]"), int(port)), timeout=limit)
    made.settimeout(limit)
    return made


def ssh(target, *command):
    """What `docker -H ssh://…` runs."""
    # Whether the host is known is the client's own affair; measuring must not make it known.
    known = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")
    options = ("BatchMode=yes", "ConnectTimeout=10", "LogLevel=ERROR", *known)
    return ["ssh", *(word for option in options for word in ("-o", option)), target, *command]


def context():
    """TLS with this machine's client certificate, if it has one; any server's is taken."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1  # an old server is open all the same
    made.set_ciphers("DEFAULT@SECLEVEL=0")
    if os.access(DOCKER + "/cert.pem", os.R_OK) and os.access(DOCKER + "/key.pem", os.R_OK):
        made.load_cert_chain(DOCKER + "/cert.pem", DOCKER + "/key.pem")
    return made


def configured_headers():
    """What the docker client sends with every request."""
    try:
        with open(DOCKER + "/config.json") as file:
            return dict(json.load(file)["HttpHeaders"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
