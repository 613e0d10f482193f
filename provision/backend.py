"""Tells whether what stands behind a proxy answers, and waits a while for it.

A proxy whose backend is not there refuses everybody, also those whom it lets through later. It must
run on Python 3.9.
"""

import time
from http import HTTPStatus

from handshake import HUNG_UP_EARLY, Measured, detect_protocol, one_line

#: Seconds to wait for what stands behind a proxy, and the pause between two attempts.
BACKEND_LIMIT, PAUSE = 10, 1
#: The statuses with which proxies say that it does not answer.
NO_BACKEND = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
#: The end of the evidence where it has not answered; dockerd_lab/observe/exposure.py reads it.
ABSENT = "what stands behind it does not answer"


def lacks_backend(status, body):
    """Return whether a proxy says that nothing behind it answers; dockerd says 503 of swarms."""
    return status in NO_BACKEND and b'"message"' not in body


def await_backend(ask, answers):
    """Return the answers of `ask()`, (prefix, status, body) each, once none lacks its backend.

    `answers` are the first ones. After BACKEND_LIMIT seconds return them as they are.
    """
    end = time.monotonic() + BACKEND_LIMIT
    while any(lacks_backend(*each[1:]) for each in answers) and time.monotonic() < end:
        time.sleep(PAUSE)
        answers = ask()
    return answers


def absent_backend(answers, path):
    """Return the level and the evidence if an answer lacks its backend; None if none does."""
    for prefix, status, body in answers:
        if lacks_backend(status, body):
            evidence = f"GET {prefix}{path}: HTTP {status}: {one_line(body)}"
            return "unclear", f"{evidence}: {ABSENT}"
    return None


def detect_patiently(target):
    """Return what detect_protocol returns for a target that hung up, as soon as it answers."""
    end = time.monotonic() + BACKEND_LIMIT
    while True:
        try:
            return detect_protocol(target)
        except Measured as measured:
            level, evidence = measured.args
            if time.monotonic() >= end and evidence.startswith(HUNG_UP_EARLY):
                raise Measured(level, f"{evidence}: {ABSENT}") from None
            if time.monotonic() >= end or level != "unclear":
                raise
        time.sleep(PAUSE)


def is_caddys_admin_api(door):
    """Return whether a target is Caddy's admin API, with which anybody changes what it serves.

    Caddy answers there only to its own name.
    """
    port = door.target.rpartition(":")[2]
    for host in (f"localhost:{port}", ""):
        try:
            status, body = door.try_way({"host": host} if host else {}, ("GET", "/config/"))
        except OSError:
            continue
        if status == HTTPStatus.OK and b'"apps"' in body:
            return True
    return False
