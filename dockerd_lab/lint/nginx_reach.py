"""Tells whether requests reach all of Docker's API by a directive of nginx's."""

import re
import warnings
from collections.abc import Sequence

from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.config.regex_examples import python_regex

#: Requests with which somebody who may send them controls the daemon.
_NEEDED = [
    f"{version}/{path}"
    for version in ("/v1.40", "/v1.41")
    for path in (
        "containers/json",
        "containers/create",
        "containers/dockerd-lab-1a2b/start",
        "containers/dockerd-lab-1a2b/wait",
        "containers/dockerd-lab-1a2b/logs",
        "containers/dockerd-lab-1a2b",
        "images/json",
    )
]
#: What follows the address in a proxy_pass: nothing, or a path to which every one can be added.
_URI = re.compile(r":?(?P<path>(/v\d+(\.\d+)?)?/?)")
#: Repeated groups, which may take Python long to match.
_SLOW = re.compile(r"\)\??[*+{]")
_PREFIXES = ("^~", "=")


def reaches_all(node: Node, blocks: Sequence[Node]) -> bool:
    """Return whether a directive in these blocks, `http` and the server first, gets every request.

    It may be below a path, which its own one then replaces.
    """
    server, *around = blocks[1:]
    if len(around) != 1 or around[0].name != "location":
        return False
    location = around[0]
    place = _place(location)
    uri = _URI.fullmatch(re.sub(r"^https?://(unix:[^:]+|[^/:]+(:\d+)?)", "", node.value))
    if place is None or uri is None:
        return False
    if place != "/" and not uri["path"]:
        return False
    others = [each for each in server.own("location") if each is not location]
    needed = [place.rstrip("/") + each for each in _NEEDED]
    return not any(_takes(each, place, path) for each in others for path in needed)


def _place(location: Node) -> str | None:
    """Return the path below which a location takes requests; None if it is none of that kind."""
    words = location.arguments
    if len(words) == 1 and words[0].startswith("/"):
        return words[0]
    if len(words) == 2 and words[0] == "^~" and words[1].startswith("/"):  # noqa: PLR2004
        return words[1]
    return None


def _takes(location: Node, place: str, path: str) -> bool:
    """Return whether another location takes a request for a path below `place`, or may do so."""
    words = location.arguments
    if len(words) == 1 and words[0].startswith("@"):
        return False
    if len(words) == 1 or words[0] in _PREFIXES:
        prefix = words[-1]
        if words[0] == "=":
            return path == prefix
        return len(prefix) > len(place) and path.startswith(prefix)
    if _SLOW.search(words[-1]):
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python finds odd in nginx's expressions
        try:
            return python_regex(words[-1], ignore_case=words[0] == "~*").search(path) is not None
        except re.error:
            return True
