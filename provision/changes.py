"""Finds a change that is let through to a daemon on which creating a container is refused.

The requests are those in provision/probe/changes. Each is about something that does not exist, or
is not valid: if the daemon itself answers that, whatever stands before it let the request through,
and nothing has changed. It must run on Python 3.9.
"""

import re

from handshake import one_line


def find_change(door, changes, *, every_way):
    """Return the evidence for a change that is let through; None if all of them are refused.

    Each is sent in the usual way of the door. With `every_way`, those that are marked so are sent
    in all other ways, too.
    """
    for change in changes:
        request = (change["method"], change["path"], change["body"], change["headers"])

        def accepts(status, answer, change=change):
            words = one_line(answer, limit=2000)
            return status in change["status"] and re.search(change["answer"], words) is not None

        if every_way and change["every_way"]:
            answer = door.insist(*request, accepts=accepts, hangs_up=True)
        else:
            answer = door.send(*request, hangs_up=True)
        if accepts(*answer):
            path = change["path"].partition("?")[0]
            return f"{change['method']} {path} is let through to the daemon"
    return None
