"""Finds out how a target answers at all: with or without TLS, or why it does not.

It must run on Python 3.9.
"""

import os
import re
import socket
import ssl
import subprocess
import time
from http import HTTPStatus

from exchange import Sender
from reach import NotHTTP, connect, open_connection, request, ssh_command, tls_context

#: Seconds until a target must answer. The longer limit is for ssh, which starts two programs on the
#: other machine, and for a TLS handshake with a server that hung up on HTTP.
ANSWER_LIMIT, SLOW_ANSWER_LIMIT = 3, 30
#: Seconds for a request to a daemon that has answered before: four containers may start at once on
#: emulated machines.
REQUEST_LIMIT = 120
#: TLS alerts about a missing or wrong client certificate.
CERTIFICATE_ALERT = re.compile(
    "alert.((bad|unsupported|revoked).certificate|certificate.(required|expired|unknown|revoked)"
    "|unknown.ca|handshake.failure|access.denied|decrypt.error)",
    re.IGNORECASE,
)
#: The beginning of the evidence where a server hung up on HTTP and on TLS without a word.
HUNG_UP_EARLY = "it hangs up"
#: Errors of a TLS handshake with a server that does not use TLS.
NO_TLS_SERVER = re.compile("wrong.version.number|packet.length|record.layer", re.IGNORECASE)
#: What servers answer to HTTP that are none of Docker's, by their protocol: RFC 4253, 5321, 1939,
#: 3501, 6143, and Redis's RESP.
GREETINGS = {
    "SSH": re.compile(r"BadStatusLine\(.SSH-"),
    "SMTP or FTP": re.compile(r"BadStatusLine\(.220[ -]"),
    "POP3": re.compile(r"BadStatusLine\(.\+OK"),
    "IMAP": re.compile(r"BadStatusLine\(.\* OK"),
    "VNC": re.compile(r"BadStatusLine\(.RFB "),
    "Redis": re.compile(r"BadStatusLine\(.-(ERR|DENIED|NOAUTH) "),
}


class Measured(Exception):
    """Raised to end a measurement; its arguments are the level and the evidence for it."""


def detect_protocol(target):
    """Return the TLS context with which a target answers, or None, and the way of requests there.

    The way is empty where it answers in HTTP/1. Raise Measured if it does not answer.
    """
    if target.startswith("ssh:"):
        try_ssh(target)
        return None, {}
    try:
        first_connection = connect(target, ANSWER_LIMIT)
    except socket.timeout:
        raise Measured("filtered", f"no answer within {ANSWER_LIMIT} s") from None
    except OSError as error:
        raise Measured("refused", os.strerror(error.errno) if error.errno else str(error)) from None
    limit = ANSWER_LIMIT
    end = time.monotonic() + limit
    greeting = None
    for make_tls, connection in ((None, first_connection), (tls_context, None)):
        tls = make_tls and make_tls()
        try:
            status, body = request(target, tls, "GET", "/_ping", end=end, connection=connection)
        except socket.timeout:
            if isinstance(greeting, NotHTTP):  # it has answered, with something else
                return None, other_protocol(target, greeting)
            raise Measured("filtered", f"connected, but no answer within {limit} s") from None
        except OSError as error:
            if tls is not None:
                if NO_TLS_SERVER.search(str(error)):
                    return None, other_protocol(target, greeting or error)
                raise tls_refusal(target, error, greeting) from None
            greeting = error
            if not isinstance(error, NotHTTP):
                limit = SLOW_ANSWER_LIMIT  # some HTTPS servers hang up on HTTP
                end = time.monotonic() + limit
            continue
        if b"SSL certificate" in body:  # nginx's answer to a client without a certificate
            raise Measured("tls-required", f"HTTP {status}: {one_line(body)}")
        if not (b"HTTPS" in body and status == HTTPStatus.BAD_REQUEST):
            return tls, {}
        limit = REQUEST_LIMIT  # it answered; TLS takes seconds on an emulated machine
        end = time.monotonic() + limit
    raise Measured("refused", f"answers as if HTTPS were HTTP: {one_line(body)}")


def other_protocol(target, error):
    """Return the way of requests to a target that answers neither HTTP/1 nor TLS: in HTTP/2.

    `error` is that of a request in HTTP/1. Raise Measured if it does not speak HTTP/2 either: what
    is known not to be Docker's API is `refused`, anything else `unclear`.
    """
    protocol = next((name for name, words in GREETINGS.items() if words.search(str(error))), None)
    if protocol is not None:
        raise Measured("refused", f"speaks {protocol}: {error}")
    way = {"http": "2"}
    sender = Sender(target, None)
    grpc = {"Content-Type": "application/grpc", "TE": "trailers"}
    version = ("POST", "/containerd.services.version.v1.Version/Version", bytes(5), grpc)
    try:
        is_grpc = sender.send(way, "", version, limit=ANSWER_LIMIT)[0] == HTTPStatus.OK
        if not is_grpc:
            sender.send(way, "", ("GET", "/_ping"), limit=ANSWER_LIMIT)
    except OSError:
        raise Measured("unclear", f"neither HTTP nor HTTPS: {error}") from None
    if is_grpc:
        raise Measured("unclear", "speaks gRPC")
    return way


def tls_refusal(target, error, greeting):
    """Return the Measured for a failed HTTPS request.

    The level is `tls-required` only if the error is about certificates. `greeting` is the error of
    the HTTP request before it, or None.
    """
    if isinstance(error, ConnectionRefusedError):
        return Measured("refused", "hung up, and is gone")
    if not CERTIFICATE_ALERT.search(str(error)):
        # A server that hung up may have sent an alert before, which a client reads if it sends
        # nothing.
        try:
            with open_connection(
                target, tls_context(), time.monotonic() + ANSWER_LIMIT
            ) as connection:
                connection.recv(1)
        except ssl.SSLError as alert:
            error = alert
        except OSError as failure:
            error = failure
    if CERTIFICATE_ALERT.search(str(error)):
        return Measured("tls-required", f"TLS: {error!r}")
    closed = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
    hung_up = isinstance(greeting, ConnectionError) and isinstance(error, closed)
    return Measured("unclear", f"{HUNG_UP_EARLY}: {error!r}" if hung_up else f"TLS: {error!r}")


def try_ssh(target):
    """Raise Measured if no daemon is reached over ssh; the level depends on ssh's message."""
    try:
        process = subprocess.run(
            ssh_command(target, "docker", "version", "--format", "{{.Server.Version}}"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=SLOW_ANSWER_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise Measured("filtered", f"ssh: no answer within {SLOW_ANSWER_LIMIT} s") from None
    if process.returncode == 0:
        return
    evidence = "ssh: " + one_line(process.stderr)
    if "Permission denied (" in evidence:
        raise Measured("auth-required", evidence)
    raise Measured("filtered" if "timed out" in evidence else "refused", evidence)


def one_line(body, limit=200):
    """Return the beginning of an answer, up to `limit` characters, on one line."""
    return " ".join(body.decode(errors="replace").split())[:limit]
