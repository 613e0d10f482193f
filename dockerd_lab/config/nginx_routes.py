"""Finds nginx's servers that lead to Docker, and the names by which they are reached."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.config.regex_examples import example, python_regex
from dockerd_lab.config.value import Place

#: At most this many names are tried, each with a whole measurement.
MAX_NAMES = 8
#: The directives that lead a request to another program.
PASSES = ("proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass")
#: An address that Docker's or containerd's API may have.
_DOCKER = re.compile(r"docker[\w.-]*\.sock|containerd|:237[5-7]\b")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_LABEL = "[A-Za-z0-9_-]{1,63}"  # TLS cannot ask for a longer one
ALONE = "Validate it without the others."
#: Variables are followed through at most this many others.
_MAX_STEPS = 4


@dataclass(frozen=True)
class Route:
    """A server that passes something on, with the block in which it stands."""

    server: Node
    context: Node
    """`http` or `stream`."""
    passes: tuple[Node, ...] = ()
    """The directives that lead to Docker, or may do so."""

    @property
    def leads(self) -> bool:
        """Return whether it leads to Docker, or may do so."""
        return bool(self.passes)

    @property
    def is_stream(self) -> bool:
        """Return whether it hands on connections, not requests."""
        return self.context.name == "stream"


@dataclass(frozen=True)
class Untried:
    """Something in the configuration that lets requests through and was not tried."""

    what: str
    settle: str
    place: Place


def routes(tree: Node, backends: Collection[str] = ()) -> list[Route]:
    """Return the servers that pass something on: those first that lead to Docker, by any way.

    `backends` are further addresses, as `HOST:PORT` or paths, at which something else listens.
    """
    every = [
        Route(server, context)
        for context in tree.own("http", "stream")
        for server in context.own("server")
        if any(server.all(*PASSES))
    ]
    for _ in range(_MAX_STEPS):
        own = {place for each in every if each.leads for place in _own_addresses(each.server)}
        every = [replace(each, passes=_passes(each, {*backends, *own})) for each in every]
    return sorted(every, key=lambda each: not each.leads)


def variables(text: str) -> list[str]:
    """Return the names of the variables in a value: `$name` or `${name}`."""
    return _VARIABLE.findall(text)


def stream_ports(found: Collection[Route]) -> list[str]:
    """Return the ports of the servers that hand on connections."""
    places = [place for each in found if each.is_stream for place in _own_addresses(each.server)]
    return sorted({place.rpartition(":")[2] for place in places if not place.startswith("/")})


def names(found: Collection[Route], further: Collection[str] = ()) -> list[str]:
    """Return names for which the servers answer, one for each server and each of `further`.

    A name is not tried alone where a server has several.
    """
    every = [
        host_names([word for node in route.server.own("server_name") for word in node.arguments])
        for route in found
    ]
    return list(dict.fromkeys([*(each[0] for each in every if each), *host_names(further)]))


def host_names(words: Collection[str]) -> list[str]:
    """Return the names that match those of a `server_name` or a `map`; for a pattern, an example.

    >>> host_names(["_", "a.example", "*.example.org", "docker.*", "~^d-(.+)$"])
    ['a.example', 'lab.example.org', 'docker.lab', 'd-a']
    """
    names: list[str] = []
    for word in words:
        if word.startswith("~"):
            name = _regex_example(word.lstrip("~*")) or ""
        else:
            name = re.sub(r"\.\*$", ".lab", re.sub(r"^\*?\.", "lab.", word))
        if name not in ("_", "default", *names) and re.fullmatch(rf"({_LABEL}\.)*{_LABEL}", name):
            names.append(name)
    return names


def _regex_example(regex: str) -> str | None:
    try:
        return example(python_regex(regex))
    except re.error:
        return None


def _passes(route: Route, backends: Collection[str]) -> tuple[Node, ...]:
    """Return the directives that pass something to Docker, or to one of the backends."""
    upstreams = {each.first: each for each in route.context.own("upstream")}

    def leads(node: Node) -> bool:
        for target in _values(node.first, route.context, route.server, 0):
            place = re.sub(r"^\w+://", "", target)
            name = re.split("[:/]", place)[0]
            servers = upstreams[name].own("server") if name in upstreams else []
            if any(_is_docker(each, backends) for each in [place, *(one.first for one in servers)]):
                return True
        return False

    return tuple(node for node in route.server.all(*PASSES) if leads(node))


def _values(text: str, context: Node, server: Node, depth: int) -> Iterator[str]:
    """Yield the values that a text with variables may have; a variable stays if it is unknown."""
    defined = [
        value
        for name in variables(text)
        for value in _variable_values(f"${name}", context, server)
        if depth < _MAX_STEPS
    ]
    if not defined:
        yield text
    for value in defined:
        yield from _values(value, context, server, depth + 1)


def _variable_values(variable: str, context: Node, server: Node) -> Iterator[str]:
    """Yield the values that the configuration gives to a variable."""
    for node in server.all("set"):
        if node.first == variable:
            yield node.arguments[-1]
    for node in context.own("map", "geo", "split_clients"):
        if node.arguments[-1:] == (variable,):
            yield from (line.first for line in node.block)


def _is_docker(place: str, backends: Collection[str]) -> bool:
    """Return whether an address may be that of Docker's API, or is one of the backends'."""
    if place.startswith("unix:"):
        address = place.removeprefix("unix:").partition(":")[0]
    else:
        address = place.partition("/")[0]
    if "$" in address or _DOCKER.search(place):
        return True
    return any(_same(address, each) for each in backends)


def _same(address: str, backend: str) -> bool:
    """Return whether both are the same path, or the same port: each host may be this machine."""
    if "/" in address + backend:
        return address == backend
    return address.rpartition(":")[2] == backend.rpartition(":")[2]


def _own_addresses(server: Node) -> Iterator[str]:
    for listen in server.own("listen"):
        place = listen.first
        if place.startswith("unix:"):
            yield place.removeprefix("unix:")
        else:
            yield place if re.search(r":\d+$|^\d+$", place) else f"{place}:80"
