"""Opens a target of probe.py: finds out how it answers, and as whom.

It must run on Python 3.9.
"""

import re
from contextlib import suppress

from backend import detect_patiently
from door import Door
from handshake import HUNG_UP_EARLY, Measured, detect_protocol

#: The errors of a connection that is closed before any answer.
HANGS_UP = re.compile("Remote end closed|RemoteDisconnected|[Cc]onnection ?[Rr]eset|EOF")


def open_door(job, target):
    """Return the Door of a target that answers in HTTP; raise Measured if there is none.

    Where a client certificate is wanted, those are tried that anybody can make. Where a server
    hangs up, what a proxy before it would send first is tried, and then it gets some time.
    """
    door = Door(target, None, job["bypasses"], job["certificates"], job["limit"])
    try:
        door.tls, door.way = detect_protocol(target)
    except Measured as end:
        keys = {"tls-required": ("certificate",), "unclear": ("preamble", "certificate")}
        tried = keys.get(end.args[0], ())
        if any(map(door.speaks, (way for way in job["bypasses"] if {*tried} & {*way}))):
            if end.args[0] == "unclear":  # it may only have begun to answer, in the usual way, too
                with suppress(Measured):
                    door.tls, door.way = detect_protocol(target)
            return door
        refusal = hang_up(job, target, end)
        if refusal is not None or not end.args[1].startswith(HUNG_UP_EARLY):
            raise refusal or end from None
        door.tls, door.way = detect_patiently(target)
    return door


def hang_up(job, target, end):
    """Return the Measured for a proxy of connections that hung up, whatever that has behind it."""
    port = target.partition(" ")[0].rpartition(":")[2]
    is_hang_up = HANGS_UP.search(end.args[1])
    if port in job["streams"] and end.args[0] == "unclear" and is_hang_up:
        return Measured("refused", f"it hangs up: {end.args[1]}")
    return None
