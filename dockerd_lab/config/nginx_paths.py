"""Finds the paths by which nginx's servers lead to Docker's API."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dockerd_lab.config.nginx_routes import ALONE, PASSES, Route, Untried
from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.config.regex_examples import example, python_regex

#: At most this many paths are tried with plain requests.
MAX_PREFIXES = 64
#: Below at most this many paths, which are guarded differently, every way around is tried.
MAX_GUARDS = 8
#: A path of Docker's API, perhaps with a version, and the place where one begins in another path.
_API_PATH = re.compile(
    r"(/v\d[\d.]*)?/(v\d[\d.]*|_ping|auth|build|commit|configs|containers|distribution|events|exec"
    r"|grpc|images|info|networks|nodes|plugins|secrets|services|session|swarm|system|tasks|version"
    r"|volumes)(/.*)?$"
)
#: An address with the path of containers, to which a path of nginx's own leads.
_CONTAINERS = re.compile(r"/containers(/|$)")
#: What does not tell one guard from another.
_NO_GUARD = re.compile(
    r"proxy_\w+|client_\w+|send_timeout|keepalive_\w+|add_header|(access|error)_log|gzip\w*"
)
#: Stands in an example where a regular expression takes any text.
_WILD = "\0"
_TRY_PATH = "Write it in a form that Python's re also reads."


@dataclass
class PathGroup:
    """Paths below which Docker's API may be, and which are guarded in the same way."""

    paths: list[str]
    leads: bool
    """Whether the configuration says that they lead to Docker."""


def prefixes(found: Collection[Route]) -> tuple[list[PathGroup], list[Untried]]:
    """Return the paths below which Docker's API may be, and what is left out.

    The literal part of a location is its path; of a regular expression, an example that it matches.
    """
    groups: dict[object, PathGroup] = {}
    untried: list[Untried] = []
    seen: set[str] = set()
    for route in found:
        for node in () if route.is_stream else route.server.all("location", "rewrite"):
            leads = _leads(node, route)
            try:
                path = _path(node)
            except re.error:
                what = f"no path is known that matches {regex_of(node)!r}"
                untried += [Untried(what, _TRY_PATH, node.place)] if leads else []
                continue
            if not path or path in seen:
                continue
            seen.add(path)
            if len(seen) > MAX_PREFIXES:
                what = f"the path {path} was not tried: {MAX_PREFIXES} others were"
                untried += [Untried(what, ALONE, node.place)] if leads else []
                continue
            group = groups.setdefault((leads, _guard(node)), PathGroup([], leads))
            group.paths.append(path)
            if leads and len(group.paths) == 1 and _count_leading(groups) > MAX_GUARDS:
                what = f"below {path} only plain requests were tried, as for many paths"
                untried.append(Untried(what, ALONE, node.place))
    return list(groups.values()), untried


def _count_leading(groups: Mapping[object, PathGroup]) -> int:
    return sum(group.leads for group in groups.values())


def _leads(node: Node, route: Route) -> bool:
    """Return whether a location or `rewrite` leads to Docker, or may do so."""
    passes = list(node.all(*PASSES))
    return route.leads and (not passes or any(each in route.passes for each in passes))


def templates(found: Collection[Route]) -> list[str]:
    """Return paths where that of the API is not at the end, or where its beginning is replaced.

    `{unrooted}` and `{rest}` stand for parts of the API's path, as in provision/probe/bypasses.

    >>> server = Node("server", (), "", 0, (Node("location", ("~", "^/(.*)[.]api$"), "", 0),))
    >>> templates([Route(server, server)])
    ['/{unrooted}.api']
    """
    paths = []
    for node in (node for route in found for node in route.server.all("location", "rewrite")):
        try:
            before, wild, after = _example_path(node).rpartition(_WILD)
            path = _path(node)
        except re.error:
            continue  # prefixes() tells it
        replacement = node.arguments[1:2] if node.name == "rewrite" else ()
        targets = [*replacement, *(each.first for each in node.all(*PASSES))]
        if path and any(_CONTAINERS.search(each) for each in targets):
            paths.append(_in_braces(path) + "{rest}")
        if wild and after and before.startswith("/"):
            paths.append(_in_braces(before.replace(_WILD, "a")) + "{unrooted}" + _in_braces(after))
    return list(dict.fromkeys(paths))[:MAX_GUARDS]


def _in_braces(text: str) -> str:
    """Return a text as it stands beside words in braces."""
    return text.replace("{", "{{").replace("}", "}}")


def regex_of(node: Node) -> str:
    """Return the regular expression of a `location` or `rewrite`; empty if it has none."""
    if node.name == "rewrite":
        return node.first
    if node.first in ("~", "~*"):
        return node.arguments[1] if len(node.arguments) > 1 else ""
    return node.first.lstrip("~*") if node.first.startswith("~") else ""


def _path(node: Node) -> str:
    """Return the path below which a location or `rewrite` may have the API, or an empty text."""
    text = _example_path(node)
    if _WILD in text:
        text = text.rpartition(_WILD)[0].replace(_WILD, "a")
    elif not regex_of(node) and node.name == "location":
        text = node.arguments[-1] if node.arguments else ""
    if not text.startswith("/"):
        return ""
    return _API_PATH.sub("", text).rstrip("/")


def _example_path(node: Node) -> str:
    """Return a path that the regular expression matches, with _WILD for any text; or nothing."""
    regex = regex_of(node)
    return (example(python_regex(regex), _WILD) or "") if regex else ""


def _guard(node: Node) -> object:
    """Return what is the same for locations that guard their paths in the same way."""
    if regex_of(node) or node.name == "rewrite":
        return node
    return tuple(
        (each.name, each.arguments)
        for each in node.all()
        if each.name not in PASSES and not _NO_GUARD.fullmatch(each.name)
    )
