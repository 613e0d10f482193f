"""Measures how much access to a Docker daemon the machine gets on which this runs, by trying.

Each line on standard input is a JSON list: the targets ["tcp://…", …], a file on the daemon's
machine that only root can read, and path prefixes below which the API may be. The target
`tcp://ADDRESS:PORT as NAME` is the server of that name there. For each line it prints a list with
an object per target: the level, the evidence, and what a container read from that file. The harness
sends reach.py with this program. It must run on Python 3.9.
"""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from http import HTTPStatus

from reach import NotHTTP, connect, open_connection, request, ssh_command, tls_context

#: Seconds until a target must answer. The longer limit is for ssh, which starts two programs on the
#: other machine, and for a TLS handshake with a server that hung up on HTTP.
ANSWER_LIMIT, SLOW_ANSWER_LIMIT = 3, 30
#: Seconds for a request to a daemon that has answered before: four containers may start at once on
#: emulated machines.
REQUEST_LIMIT = 120
NOT_ALLOWED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
#: A proxy may allow only paths with a version, as docker itself requests them.
USUAL_PREFIXES = ("", "/v1.40")
#: TLS alerts about a missing or wrong client certificate.
CERTIFICATE_ALERT = re.compile(
    "alert.((bad|unsupported|revoked).certificate|certificate.(required|expired|unknown|revoked)"
    "|unknown.ca|handshake.failure|access.denied|decrypt.error)",
    re.IGNORECASE,
)
#: Errors of a TLS handshake with a server that does not use TLS.
NO_TLS_SERVER = re.compile("wrong.version.number|packet.length|record.layer", re.IGNORECASE)
IMAGE = "/usr/local/share/dockerd-lab/busybox.tar"


class Measured(Exception):
    """Raised to end a measurement; its arguments are the level and the evidence for it."""


def measure(target):
    """Return a target's level, with the evidence, the token that was read, and the seconds."""
    result = {"target": target, "token": ""}
    started = time.monotonic()
    try:
        result["token"] = read_token(target, detect_tls(target))
        result["level"], result["evidence"] = "full-control", "a container read " + TOKEN_FILE
    except Measured as end:
        result["level"], result["evidence"] = end.args
    except Exception as error:  # an error with one target must not affect the others
        result["level"], result["evidence"] = "unclear", repr(error)
    result["seconds"] = round(time.monotonic() - started, 2)
    return result


def detect_tls(target):
    """Return the TLS context with which a target answers; None if it answers without TLS.

    Raise Measured if it does not answer.
    """
    if target.startswith("ssh:"):
        try_ssh(target)
        return None
    try:
        first_connection = connect(target, ANSWER_LIMIT)
    except socket.timeout:
        raise Measured("filtered", f"no answer within {ANSWER_LIMIT} s") from None
    except OSError as error:
        raise Measured("refused", os.strerror(error.errno) if error.errno else str(error)) from None
    limit = ANSWER_LIMIT
    end = time.monotonic() + limit
    for make_tls, connection in ((None, first_connection), (tls_context, None)):
        tls = make_tls and make_tls()
        try:
            status, body = request(target, tls, "GET", "/_ping", end=end, connection=connection)
        except socket.timeout:
            raise Measured("filtered", f"connected, but no answer within {limit} s") from None
        except OSError as error:
            if tls is not None:
                raise tls_refusal(target, error) from None
            if not isinstance(error, NotHTTP):
                limit = SLOW_ANSWER_LIMIT  # some HTTPS servers hang up on HTTP
                end = time.monotonic() + limit
            continue
        if b"SSL certificate" in body:  # nginx's answer to a client without a certificate
            raise Measured("tls-required", f"HTTP {status}: {one_line(body)}")
        if not (b"HTTPS" in body and status == HTTPStatus.BAD_REQUEST):
            return tls
        limit = REQUEST_LIMIT  # it answered; TLS takes seconds on an emulated machine
        end = time.monotonic() + limit
    raise Measured("refused", f"answers as if HTTPS were HTTP: {one_line(body)}")


def tls_refusal(target, error):
    """Return the Measured for a failed HTTPS request.

    The level is `tls-required` only if the error is about certificates.
    """
    if isinstance(error, ConnectionRefusedError):
        return Measured("refused", "hung up, and is gone")
    if NO_TLS_SERVER.search(str(error)):
        return Measured("refused", f"neither HTTP nor HTTPS: {error}")
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
    level = "tls-required" if CERTIFICATE_ALERT.search(str(error)) else "unclear"
    return Measured(level, f"TLS: {error!r}")


def read_token(target, tls):
    """Run a container that reads the token on the daemon's machine; return what it printed.

    Raise Measured with the level if that does not succeed.
    """
    prefix, status, body = find_containers(target, tls)
    lists_containers = is_container_list(status, body)
    evidence = f"GET {prefix}/containers/json: HTTP {status}: {one_line(body)}"
    no_list = (
        ("auth-required", evidence) if status in NOT_ALLOWED else ("refused", "no API: " + evidence)
    )
    name = "dockerd-lab-probe-" + os.urandom(4).hex()
    status = None
    try:
        status, body = create_container(target, tls, prefix, name)
        require(status, HTTPStatus.CREATED, "creating a container", body)
        container = prefix + "/containers/" + name
        start_status, body = daemon_request(target, tls, "POST", container + "/start")
        require(start_status, HTTPStatus.NO_CONTENT, "starting a container", body)
        daemon_request(target, tls, "POST", container + "/wait")
        logs_status, body = daemon_request(
            target, tls, "GET", container + "/logs?stdout=1&stderr=1"
        )
        require(logs_status, HTTPStatus.OK, "reading a container's output", body)
        return one_line(body)
    except Measured as end:
        needs_login = no_list[0] == "auth-required"
        if (
            lists_containers
            or status == HTTPStatus.CREATED
            or (needs_login and end.args[0] == "unclear")
        ):
            raise
        raise Measured(
            *no_list
        ) from None  # it shows no list and does nothing: no daemon, or guarded
    finally:
        if lists_containers or status in (HTTPStatus.CREATED, None):
            remove_container(target, tls, f"{prefix}/containers/{name}", status)


def remove_container(target, tls, container, create_status):
    """Remove the container; `create_status` is the HTTP status of creating it, or None."""
    status, body = daemon_request(target, tls, "DELETE", container + "?force=1")
    is_removed = status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, *NOT_ALLOWED)
    # A proxy that refuses to create a container may also refuse to delete it, with any status.
    was_refused = create_status is not None and is_refusal(create_status) and is_refusal(status)
    if not is_removed and not was_refused:
        raise Measured("unclear", f"{container} may be left: HTTP {status}: {one_line(body)}")


def find_containers(target, tls):
    """Return the prefix where containers are listed, with status and body; or else the best answer.

    The best answer is one that requires a login, or else the first.
    """
    answers = []
    for prefix in (*USUAL_PREFIXES, *PREFIXES):
        status, body = daemon_request(target, tls, "GET", prefix + "/containers/json")
        if is_container_list(status, body):
            return prefix, status, body
        answers.append((prefix, status, body))
    return next((each for each in answers if each[1] in NOT_ALLOWED), answers[0])


def create_container(target, tls, prefix, name):
    """Create the container, and load its image if the daemon lacks it; return status and body."""
    container = {
        "Image": "busybox:latest",
        "Cmd": ["cat", "/host" + TOKEN_FILE],
        "Tty": True,
        "HostConfig": {
            "Binds": ["/:/host:ro"],
            "NetworkMode": "none",
            "UsernsMode": "host",
            "Runtime": "runc",  # the configured default may not be installed
            "LogConfig": {"Type": "json-file"},
        },
    }
    path = f"{prefix}/containers/create?name={name}"
    status, body = daemon_request(target, tls, "POST", path, container)
    if status == HTTPStatus.NOT_FOUND and b"image" in body.lower() and os.path.exists(IMAGE):
        with open(IMAGE, "rb") as image:
            load_status, load_body = daemon_request(
                target, tls, "POST", prefix + "/images/load", image.read()
            )
        require(load_status, HTTPStatus.OK, "loading an image", load_body)
        status, body = daemon_request(target, tls, "POST", path, container)
    return status, body


def is_container_list(status, body):
    """Return whether an answer is the API's list of containers."""
    try:
        return status == HTTPStatus.OK and isinstance(json.loads(body), list)
    except ValueError:
        return False


def is_refusal(status):
    """Return whether a request was refused, by the daemon or by a proxy."""
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def require(status, expected, what, body):
    """Raise Measured if a request has not the expected status: it was refused, or it failed."""
    if status != expected:
        level = "read-only" if is_refusal(status) else "unclear"
        raise Measured(level, f"{what}: HTTP {status}: {one_line(body)}")


def daemon_request(target, tls, method, path, body=None):
    """Send a request to a daemon that has answered before; return status and body.

    Raise Measured with the level `unclear` if the connection fails.
    """
    try:
        return request(target, tls, method, path, body, end=time.monotonic() + REQUEST_LIMIT)
    except OSError as error:
        raise Measured("unclear", f"{method} {path}: {error!r}") from None


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


def one_line(body):
    """Return the beginning of an answer, on one line."""
    return " ".join(body.decode(errors="replace").split())[:200]


def measure_all(targets):
    """Measure all targets, eight at a time; return the results in their order."""
    results = {}
    slots = threading.Semaphore(8)

    def measure_one(target):
        with slots:
            results[target] = measure(target)

    threads = [threading.Thread(target=measure_one, args=[target]) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[target] for target in targets]


if __name__ == "__main__":  # tests import it
    for line in sys.stdin:
        TARGETS, TOKEN_FILE, PREFIXES = json.loads(line)
        print(json.dumps(measure_all(TARGETS)), flush=True)
