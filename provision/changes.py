"""Finds a change that is let through to a daemon on which creating a container is refused.

Each request is about a container that does not exist. If the daemon itself answers that there is
none, whatever stands before it let the request through; nothing has changed. It must run on
Python 3.9.
"""

from http import HTTPStatus

#: No container has this name.
ABSENT = "dockerd-lab-absent"
#: Method, path and body, as the Docker Engine API v1.40 documents them. exec and archive are root
#: in a container that is privileged or has a mount of the host; the others stop or replace one.
CHANGES = (
    ("POST", f"/containers/{ABSENT}/exec", {"Cmd": ["true"]}),
    ("PUT", f"/containers/{ABSENT}/archive?path=/", b""),
    ("POST", f"/containers/{ABSENT}/update", {}),
    ("POST", f"/containers/{ABSENT}/start", None),
    ("POST", f"/commit?container={ABSENT}", {}),
    ("DELETE", f"/containers/{ABSENT}", None),
)


def find_change(send):
    """Return the evidence for a change that is let through; None if all of them are refused.

    `send` sends a request, and returns status and body.
    """
    for method, path, body in CHANGES:
        status, answer = send(method, path, body)
        if status == HTTPStatus.NOT_FOUND and b"o such container" in answer:
            return f"{method} {path.partition('?')[0]} is let through to the daemon"
    return None
