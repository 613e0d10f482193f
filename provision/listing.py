"""Finds the path and the way in which a target lists the containers of a daemon.

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


def find_containers(job, door):
    """Find the prefix where containers are listed, and use that; return the status and the body.

    If there is none, every other way is tried below those prefixes that require a login, or else
    the first one; return the best answer. With them return what absent_backend tells of all.
    """
    answers = await_backend(lambda: list_containers(job, door), list_containers(job, door))
    prefix, status, body = answers[-1]
    if is_container_list(status, body):
        door.base = prefix
        return status, body, None
    no_backend = absent_backend(answers, LIST)
    if all(door.limiter.is_limit(status, body) for _, status, body in answers):
        raise Measured("unclear", f"GET {LIST}: HTTP {status}: asked too often")
    guarded = [each for each in answers if each[1] in NOT_ALLOWED] or answers
    # With a version or without one is among the other ways.
    for prefix, _, _ in guarded[:1] + [each for each in guarded[1:] if each[0] in job["prefixes"]]:
        door.base = prefix
        status, body = door.insist("GET", LIST, accepts=is_container_list)
        if is_container_list(status, body):
            door.drop_needless_headers(LIST, is_container_list)
            return status, body, None
    door.base, status, body = guarded[0]
    return status, body, no_backend


def list_containers(job, door):
    """Return the prefix, the status and the body of each answer, up to the first list."""
    answers = []
    for prefix in (*USUAL_PREFIXES, *job["prefixes"]):
        door.base = prefix
        answers.append((prefix, *door.send("GET", LIST)))
        if is_container_list(*answers[-1][1:]):
            break
    return answers
