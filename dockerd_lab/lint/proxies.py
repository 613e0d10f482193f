"""Works out what nginx's servers give to whoever reaches them, and which lead to Docker's API.

Only servers of a simple form are read. Every other one may let in anybody, or nobody.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from dockerd_lab.config import nginx
from dockerd_lab.config.nginx_routes import routes
from dockerd_lab.config.nginx_tree import MAIN, Node
from dockerd_lab.config.value import Place, Value
from dockerd_lab.lint.hosts import Door
from dockerd_lab.lint.nginx_files import http_directives
from dockerd_lab.lint.nginx_guards import HARMLESS, Pass, level_of, passes_of
from dockerd_lab.lint.nginx_static import static_level
from dockerd_lab.lint.notes import LISTENS, OPENS, Notes
from dockerd_lab.lint.packets import Chain
from dockerd_lab.lint.prediction import UNKNOWN

#: Directives outside of servers that only define something, and those that a server inherits.
_DEFINING = (
    *("server", "upstream", "map", "geo", "split_clients", "limit_req_zone", "limit_conn_zone"),
    *("proxy_cache_path", "fastcgi_cache_path"),
)
_INHERITED = (
    *("auth_basic", "auth_basic_user_file", "allow", "deny", "satisfy", "ssl_verify_client"),
    *("ssl_client_certificate", "ssl_verify_depth", "include"),
)
_SOCKET = re.compile(r"unix:(?:/[\w.-]+)*/docker\.sock(?=[:\s]|$)")
#: dockerd's own ports on the machine.
_API_PORT = re.compile(r"(?:127\.0\.0\.1|localhost):237[56](?=[/\s]|$)")


@dataclass(frozen=True)
class Proxy:
    """A listener of nginx's."""

    door: Door
    level: str
    """What a stranger gets, of levels.py; UNKNOWN if that is not read."""
    authority: str = ""
    """The path of the CA by which clients are known."""
    addresses: Chain | None = None
    """Who is let through by address; the others get nothing of the API. None for everybody."""
    leads: bool = False
    """Whether Docker's API is behind it."""


def read_proxies(texts: Mapping[str, str], files: Iterable[str], notes: Notes) -> list[Proxy]:
    """Return nginx's listeners; `files` are all paths of the input.

    A listener comes once for each of its ways to Docker's API. What is beyond this reader goes into
    `notes`.
    """
    parsed = http_directives(texts, files, notes)
    http = Node("http", (), MAIN, 0, tuple(parsed))
    found = routes(Node("", (), MAIN, 0, (http,)))
    leading = {id(each) for route in found for each in route.passes}
    for each in parsed:
        is_known = each.name in (*_DEFINING, *_INHERITED) or HARMLESS.fullmatch(each.name)
        if not is_known:
            _doubt(f"{each.name} outside of a server: lint does not know it", each.place, notes)
    proxies = [one for each in http.own("server") for one in _server(http, each, leading, notes)]
    return _with_shared_ports(proxies, notes)


def _server(http: Node, server: Node, leading: Collection[int], notes: Notes) -> list[Proxy]:
    passes = passes_of(http, server)
    proxies: list[Proxy] = []
    for listen, text in _listens(server, notes):
        door = _door(listen, text)
        before = len(proxies)
        for one in passes:
            if id(one.node) in leading:
                proxies.append(_proxy(one, door, listen, notes))
            else:
                # A program that is not there makes the answer as unclear as one that is.
                reason = f"whether Docker's API is behind {one.node.value}"
                _doubt(reason, one.node.place, notes)
                proxies.append(Proxy(door, UNKNOWN))
        if len(proxies) == before:
            level, reason = static_level(http, server, tls=listen.tls)
            if reason:
                _doubt(reason, server.place, notes)
            proxies.append(Proxy(door, level))
    return proxies


def _proxy(one: Pass, door: Door, listen: nginx.Listen, notes: Notes) -> Proxy:
    """Return what a listener gives by a directive that leads to Docker's API, or may do so."""
    is_certain = one.node.name == "proxy_pass" and _is_docker(one)
    level = level_of(one, tls=listen.tls)
    if not is_certain:
        reason = f"whether Docker's API is behind {one.node.value}"
        level = level._replace(level=UNKNOWN, reason=reason)
    if level.reason:
        _doubt(level.reason, one.node.place, notes)
    return Proxy(door, level.level, level.authority, level.addresses, leads=True)


def _is_docker(one: Pass) -> bool:
    """Return whether a proxy_pass is sure to lead to Docker's API."""
    target = re.sub(r"^https?://", "", one.node.value)
    name = target.split("/")[0]
    upstreams = (each for each in one.blocks[0].own("upstream") if each.value == name)
    servers = [each.value for upstream in upstreams for each in upstream.own("server")]
    return all(_SOCKET.match(each) or _API_PORT.match(each) for each in servers or [target])


def _with_shared_ports(proxies: list[Proxy], notes: Notes) -> list[Proxy]:
    """Return the listeners; unknown are those with a certificate on a port of several servers.

    Which server answers is whoever asks to say, and nginx knows certificates by the connection.
    """
    shared: set[int] = set()
    for each in proxies:
        others = [one for one in proxies if one.door.port == each.door.port]
        levels = {(one.level, one.authority) for one in others}
        if any(one.leads for one in others) and each.authority and len(levels) > 1:
            shared.add(each.door.port)
            reason = f"several servers listen on port {each.door.port}: which one answers"
            _doubt(reason, each.door.value.place, notes)
    return [replace(each, level=UNKNOWN) if each.door.port in shared else each for each in proxies]


def _listens(server: Node, notes: Notes) -> list[tuple[nginx.Listen, str]]:
    """Return where a server listens, each with its text; note what is not read of that."""
    directives = server.own("listen")
    if not directives:
        return [(nginx.Listen("", 80, False, server.file, server.line), "server")]
    listens = [(nginx.listen_of(each), f"listen {each.value}") for each in directives]
    if any(listen is None for listen, _ in listens):
        notes.doubt("where nginx listens", server.place, LISTENS, OPENS)
    return [(listen, text) for listen, text in listens if listen is not None]


def _door(listen: nginx.Listen, text: str) -> Door:
    family = "tcp6" if ":" in listen.host else "tcp"
    address = listen.host or "0.0.0.0"  # noqa: S104  (compared, and not bound)
    address = "127.0.0.1" if address == "localhost" else address
    return Door(family, address, listen.port, "nginx", Value(text, Place(listen.file, listen.line)))


def _doubt(reason: str, place: Place, notes: Notes) -> None:
    notes.doubt(reason, place, OPENS)
