"""Measures how much access to a Docker daemon the machine gets on which this runs, by trying.

Each line on standard input is a JSON object, as dockerd_lab/observe/exposure.py makes it:

- `targets`: what to try, as `tcp://ADDRESS:PORT`, `unix://PATH` or `ssh://…`. The target
  `tcp://ADDRESS:PORT as NAME` is the server of that name there, and what else may follow a TCP
  target is in approach.py.
- `further`: targets to measure only if none of those gives full control.
- `token_file`: a file on the daemon's machine that only root can read.
- `prefixes`: path prefixes below which the API may be, in groups that are guarded alike.
- `leading`: prefixes below which every way is tried, whatever is answered there.
- `served`: paths at which keys of the daemon's machine may be read.
- `limit`: how often a proxy lets somebody ask: the `statuses` for more, and the `seconds` for one
  request; or empty.
- `streams`: the ports at which a proxy hands on connections, and hangs up on others.
- `bypasses`, `changes`: requests to try, from provision/probe.
- `certificates`: client certificates with their keys, in PEM, by the names that bypasses have.
- `bridge`: the bridge of the containers, if it is measured from a container; otherwise empty.

For each line it prints a list with an object per target: the level, the evidence, and what a
container read from that file. The harness sends what it imports with this program. It must run on
Python 3.9.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from answers import is_container_list, is_refusal, is_success, lacks_image
from approach import WITH_ECN, asking_for_ecn, own_addresses
from backend import is_caddys_admin_api
from changes import find_change
from container import in_container
from door import HUNG_UP, describe
from find_api import (
    LIST,
    NOT_ALLOWED,
    USUAL_PREFIXES,
    find_containers,
    find_served_key,
    shows_metrics,
)
from handshake import Measured, one_line
from open_door import open_door

IMAGE = "/usr/local/share/dockerd-lab/busybox.tar"
#: The evidence for a target at which the daemon's metrics are read, and nothing else.
METRICS = "no API: the daemon's metrics"
CADDY = "Caddy's admin API: whoever reaches it changes whom Caddy lets through"


def measure_all(job):
    """Return the results of the targets; of the further ones, too, if none gives full control."""
    with_ecn = [target for target in job["further"] if target.endswith(WITH_ECN)]
    further = [target for target in job["further"] if target not in with_ecn]
    with own_addresses(further):
        results = measure_targets(job, job["targets"], further)
    if with_ecn and is_guarded(results):
        with asking_for_ecn():
            results += measure_targets(job, [], with_ecn)
    return results


def measure_targets(job, first, further):
    """Return the results of the first targets, and of the further ones if those are guarded.

    Whether they answer at all is found out for all of them at once.
    """
    attempts = in_threads(lambda target: Attempt(job, target), [*first, *further])
    results = measure_attempts(attempts[: len(first)])
    if is_guarded(results):
        results += measure_attempts(attempts[len(first) :])
    for attempt in attempts:
        attempt.close()
    return results


def measure_attempts(attempts):
    """Return the results of attempts, without those at the servers of a target that is open."""
    plain = [each for each in attempts if " as " not in each.target]
    results = in_threads(Attempt.result, plain)
    is_open = {each["target"] for each in results if each["level"] == "full-control"}
    named = [each for each in attempts if each not in plain]
    return results + in_threads(
        Attempt.result, [each for each in named if each.target.split(" as ")[0] not in is_open]
    )


def is_guarded(results):
    """Return whether no target gives full control."""
    return all(each["level"] != "full-control" for each in results)


def in_threads(work, values):
    """Return what `work` returns for each value, eight at a time, in their order."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(work, values))


class Attempt:
    """One target, from finding out whether it answers to its level."""

    def __init__(self, job, target):
        """Find out whether the target answers."""
        self.job, self.target, self.door = job, target, None
        self.seconds, self.output = 0, ""
        self.level, self.evidence = self._outcome(self._open)

    def result(self):
        """Measure the level, unless that is known; return it with the evidence and the token."""
        if self.level is None:
            self.level, self.evidence = self._outcome(self._measure)
        return {
            "target": self.target,
            "level": self.level,
            "evidence": self.evidence,
            "output": self.output,
            "limited": 0 if self.door is None else self.door.limiter.unanswered,
            "seconds": round(self.seconds, 2),
        }

    def close(self):
        """Close the connections."""
        if self.door is not None:
            self.door.close()

    def _open(self):
        self.door = open_door(self.job, self.target)
        return None, None

    def _measure(self):
        try:
            self.output = read_token(self.job, self.door)
        except Measured as end:
            level, evidence = end.args
            count = self.door.limiter.unanswered
            if level in ("read-only", "writes") and count:
                evidence = f"{count} requests were refused for coming too often; {evidence}"
                raise Measured("unclear", evidence) from None
            raise
        base = self.door.base
        below = "" if base in USUAL_PREFIXES else f"below {base}"
        read = f"a container read {self.job['token_file']}"
        words = [read, below, describe(self.door.way, base)]
        return "full-control", "; ".join(filter(None, words))

    def _outcome(self, work):
        """Return the level and the evidence that `work` returns, or with which it ends."""
        started = time.monotonic()
        try:
            return work()
        except Measured as end:
            return end.args
        except Exception as error:  # an error with one target must not affect the others
            return "unclear", repr(error)
        finally:
            self.seconds += time.monotonic() - started


def read_token(job, door):
    """Run a container that reads the token on the daemon's machine; return what it printed.

    Raise Measured with the level if that does not succeed.
    """
    status, body, no_backend = find_containers(job, door)
    lists_containers = is_container_list(status, body)
    evidence = f"GET {door.base}{LIST}: HTTP {status}: {one_line(body)}"
    no_list = (
        ("auth-required", evidence) if status in NOT_ALLOWED else ("refused", "no API: " + evidence)
    )
    no_list = no_backend or no_list
    name = "dockerd-lab-probe-" + os.urandom(4).hex()
    status = None
    try:
        status, body = create_container(job, door, name)
        require(status, HTTPStatus.CREATED, "creating a container", body)
        return run_container(door, name)
    except Measured as end:
        level, evidence = end.args
        if status == HTTPStatus.CREATED and level == "read-only":
            raise Measured("writes", f"creating a container is let through; {evidence}") from None
        if level == "read-only":
            change = find_change(door, job["changes"], every_way=lists_containers)
            if change:
                way = describe(door.way, door.base)
                raise Measured("writes", "; ".join(filter(None, (change, way, evidence)))) from None
        if lists_containers:
            way = describe(door.way, door.base)
            raise Measured(level, f"{way}; {evidence}" if way else evidence) from None
        needs_login = no_list[0] == "auth-required"
        was_limited = door.limiter.unanswered and door.limiter.is_limit(status, body)
        is_unclear = needs_login and level == "unclear" and not was_limited
        if status == HTTPStatus.CREATED or is_unclear:
            raise
        # It shows no list and does nothing: no daemon, or guarded.
        if is_caddys_admin_api(door):
            no_list = ("unclear", CADDY)
        elif no_list[0] == "refused" and shows_metrics(door):
            no_list = ("refused", METRICS)
        key = find_served_key(door, job["served"])
        if key is not None:
            no_list = ("unclear", f"GET {key}: a key or token, which may open the daemon")
        raise Measured(*no_list) from None
    finally:
        if lists_containers or status in (HTTPStatus.CREATED, None):
            remove_container(door, name, status)


def run_container(door, name):
    """Start a container that was created, and return what it printed; raise Measured otherwise."""
    container = "/containers/" + name
    start = door.insist("POST", container + "/start", accepts=is_success)
    require(start[0], HTTPStatus.NO_CONTENT, "starting a container", start[1])
    door.send("POST", container + "/wait")
    logs = container + "/logs?stdout=1&stderr=1"
    status, body = door.insist("GET", logs, accepts=is_success)
    require(status, HTTPStatus.OK, "reading a container's output", body)
    return one_line(body)


def remove_container(door, name, create_status):
    """Remove the container; `create_status` is the HTTP status of creating it, or None."""
    path = f"/containers/{name}?force=1"
    status, body = door.send("DELETE", path, hangs_up=create_status != HTTPStatus.CREATED)
    is_removed = status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, *NOT_ALLOWED)
    # A proxy that refuses to create a container may also refuse to delete it, with any status.
    was_refused = create_status is not None and is_refusal(create_status) and is_refusal(status)
    if not is_removed and not was_refused:
        raise Measured("unclear", f"{door.base}{path} may be left: HTTP {status}: {one_line(body)}")


def create_container(job, door, name):
    """Create the container, and load its image if the daemon lacks it; return status and body."""
    container = {
        "Image": "busybox:latest",
        "Cmd": ["cat", "/host" + job["token_file"]],
        "Tty": True,
        "HostConfig": {
            "Binds": ["/:/host:ro"],
            "NetworkMode": "none",
            "UsernsMode": "host",
            "Runtime": "runc",  # the configured default may not be installed
            "LogConfig": {"Type": "json-file"},
        },
    }

    def reaches_daemon(status, body):
        return status == HTTPStatus.CREATED or lacks_image(status, body)

    request = ("POST", f"/containers/create?name={name}", container)
    status, body = door.insist(*request, accepts=reaches_daemon, hangs_up=True)
    if lacks_image(status, body) and os.path.exists(IMAGE):
        with open(IMAGE, "rb") as image:
            answer = door.insist("POST", "/images/load", image.read(), accepts=is_success)
        require(answer[0], HTTPStatus.OK, "loading an image", answer[1])
        status, body = door.insist(*request, accepts=reaches_daemon)
    return status, body


def require(status, expected, what, body):
    """Raise Measured if a request has not the expected status: it was refused, or it failed."""
    if status != expected:
        if status == HUNG_UP:
            raise Measured("read-only", f"{what}: it hangs up: {one_line(body)}")
        level = "read-only" if is_refusal(status) else "unclear"
        raise Measured(level, f"{what}: HTTP {status}: {one_line(body)}")


def measure(job):
    """Return the results of a job as JSON, measured from a container or from here."""
    if job["bridge"]:
        return json.dumps(in_container(job["bridge"], lambda: measure_all(job)))
    return json.dumps(measure_all(job))


if __name__ == "__main__":  # tests import it
    for line in sys.stdin:
        print(measure(json.loads(line)), flush=True)
