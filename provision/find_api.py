"""Finds where a target of probe.py has Docker's API, and what else it shows.

It must run on Python 3.9.
"""

from http import HTTPStatus

from answers import is_container_list
from handshake import Measured

NOT_ALLOWED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
#: A proxy may allow only paths with a version, as docker itself requests them.
USUAL_PREFIXES = ("", "/v1.40")
LIST = "/containers/json"
#: How dockerd's errors begin.
_MESSAGE = b'{"message"'
#: Below at most this many paths, which are guarded differently, every way around is tried.
MAX_GUARDS = 8


def find_containers(job, door):
    """Find the prefix where containers are listed, and use that; return the status and the body.

    If there is none, every other way is tried below one prefix of each group that requires a login,
    or else below the first one. If that shows no list either, use a prefix below which containers
    may be created; return the best answer.
    """
    answers = []
    groups = [(prefix,) for prefix in USUAL_PREFIXES] + job["prefixes"]
    for group in groups:
        for prefix in group:
            door.base = prefix
            status, body = door.send("GET", LIST)
            if is_container_list(status, body):
                return status, body
            answers.append((prefix, status, body))
    if all(door.limiter.is_limit(status, body) for _, status, body in answers):
        raise Measured("unclear", f"GET {LIST}: HTTP {status}: asked too often")
    guarded = [each for each in answers if each[1] in NOT_ALLOWED] or answers
    candidates = _to_insist_at([prefix for prefix, _, _ in guarded], job["prefixes"])
    for prefix in candidates:
        door.base = prefix
        status, body = door.insist("GET", LIST, accepts=is_container_list)
        if is_container_list(status, body):
            door.drop_needless_headers(LIST, is_container_list)
            return status, body
    best = next((prefix for prefix in candidates if _takes_changes(door, prefix)), guarded[0][0])
    door.base, status, body = next(each for each in answers if each[0] == best)
    return status, body


def _takes_changes(door, prefix):
    """Return whether the daemon answers below a prefix to a request that it does not accept."""
    door.base = prefix
    status, body = door.send("POST", "/containers/create", {}, hangs_up=True)
    return status == HTTPStatus.CREATED or (status == HTTPStatus.BAD_REQUEST and _MESSAGE in body)


def _to_insist_at(prefixes, groups):
    """Return the first prefix, and one of each group.

    >>> _to_insist_at(["", "/v1.40", "/a", "/b", "/c"], [["/a", "/b"], ["/c"]])
    ['', '/a', '/c']
    """
    # With a version or without one is among the other ways.
    of_groups = [[prefix for prefix in group if prefix in prefixes][:1] for group in groups]
    chosen = [*prefixes[:1], *(prefix for group in of_groups for prefix in group)]
    return list(dict.fromkeys(chosen))[: MAX_GUARDS + 1]


def find_served_key(door, paths):
    """Return the first of the paths at which a private key is read, or None."""
    door.base, door.way = "", {}
    for path in paths:
        status, body = door.send("GET", path, hangs_up=True)
        if status == HTTPStatus.OK and b"PRIVATE KEY-----" in body:
            return path
    return None


def shows_metrics(door):
    """Return whether the target shows the daemon's metrics, which need no login."""
    status, body = door.send("GET", "/metrics", hangs_up=True)
    return status == HTTPStatus.OK and b"engine_daemon_" in body
