"""Finds where a target of probe.py has Docker's API, and what else it shows.

It must run on Python 3.9.
"""

from http import HTTPStatus

from answers import is_container_list
from backend import absent_backend, await_backend
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

    If there is none, every other way is tried below the leading prefixes, and below one of each
    group that requires a login, or else below the first one. If that shows no list either, use a
    prefix below which containers may be created; return the best answer. With them return what
    absent_backend tells of all.
    """
    answers = await_backend(lambda: list_containers(job, door), list_containers(job, door))
    prefix, status, body = answers[-1]
    if is_container_list(status, body):
        door.base = prefix
        return status, body, None
    if all(door.limiter.is_limit(status, body) for _, status, body in answers):
        raise Measured("unclear", f"GET {LIST}: HTTP {status}: asked too often")
    guarded = [each for each in answers if each[1] in NOT_ALLOWED] or answers
    of_groups = _first_of_groups([prefix for prefix, _, _ in guarded], job["prefixes"])
    candidates = list(dict.fromkeys([guarded[0][0], *job["leading"], *of_groups]))
    candidates = candidates[: MAX_GUARDS + 1]
    for prefix in candidates:
        door.base = prefix
        status, body = door.insist("GET", LIST, accepts=is_container_list)
        if is_container_list(status, body):
            door.drop_needless_headers(LIST, is_container_list)
            return status, body, None
    best = next((prefix for prefix in candidates if _takes_changes(door, prefix)), guarded[0][0])
    door.base, status, body = next(each for each in answers if each[0] == best)
    return status, body, absent_backend(answers, LIST)


def list_containers(job, door):
    """Return the prefix, the status and the body of each answer, up to the first list."""
    answers = []
    for group in [(prefix,) for prefix in USUAL_PREFIXES] + job["prefixes"]:
        for prefix in group:
            door.base = prefix
            answers.append((prefix, *door.send("GET", LIST)))
            if is_container_list(*answers[-1][1:]):
                return answers
    return answers


def _takes_changes(door, prefix):
    """Return whether the daemon answers below a prefix to a request that it does not accept."""
    door.base = prefix
    status, body = door.send("POST", "/containers/create", {}, hangs_up=True)
    return status == HTTPStatus.CREATED or (status == HTTPStatus.BAD_REQUEST and _MESSAGE in body)


def _first_of_groups(prefixes, groups):
    """Return the first of the prefixes of each group.

    >>> _first_of_groups(["", "/b", "/c"], [["/a", "/b"], ["/c"], ["/d"]])
    ['/b', '/c']
    """
    of_groups = ([prefix for prefix in group if prefix in prefixes] for group in groups)
    return [found[0] for found in of_groups if found]


def find_served_key(door, paths):
    """Return the first of the paths at which a private key or a swarm's token is read, or None."""
    door.base, door.way = "", {}
    for path in paths:
        status, body = door.send("GET", path, hangs_up=True)
        if status == HTTPStatus.OK and (b"PRIVATE KEY-----" in body or b"SWMTKN-1-" in body):
            return path
    return None


def shows_metrics(door):
    """Return whether the target shows the daemon's metrics, which need no login."""
    status, body = door.send("GET", "/metrics", hangs_up=True)
    return status == HTTPStatus.OK and b"engine_daemon_" in body
