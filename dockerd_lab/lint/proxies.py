"""Works out which of nginx's servers hand Docker's API on, and what a client needs for it.

Only servers of a simple form are read. Every other one may let in anybody, or nobody.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dockerd_lab.config import nginx
from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.config.value import Place, Value
from dockerd_lab.lint.hosts import Door
from dockerd_lab.lint.nftables import Chain
from dockerd_lab.lint.nginx_access import only_reads, read_addresses
from dockerd_lab.lint.nginx_files import http_directives
from dockerd_lab.lint.notes import LISTENS, OPENS, Notes
from dockerd_lab.lint.prediction import UNKNOWN

_HARMLESS = re.compile(
    r"server_name|ssl_certificate(_key)?|ssl_protocols|ssl_ciphers|ssl_prefer_server_ciphers"
    r"|ssl_session_\w+|ssl_dhparam|ssl_ecdh_curve|ssl_stapling(_verify)?|proxy_http_version"
    r"|proxy_set_header|proxy_buffering|proxy_buffers|proxy_buffer_size|proxy_request_buffering"
    r"|proxy_(read|send|connect)_timeout|proxy_redirect|proxy_max_temp_file_size"
    r"|client_max_body_size|client_body_buffer_size|client_(body|header)_timeout|access_log"
    r"|error_log|log_format|keepalive_\w+|send_timeout|chunked_transfer_encoding|http2"
    r"|add_header|gzip\w*|server_tokens|tcp_nodelay|tcp_nopush|sendfile|types_hash_max_size"
    r"|default_type|charset|large_client_header_buffers|reset_timedout_connection"
)
_READ = (
    "listen",
    "location",
    "proxy_pass",
    "auth_basic",
    "auth_basic_user_file",
    "ssl_verify_client",
    "ssl_client_certificate",
    "ssl_verify_depth",
    "allow",
    "deny",
)
#: Directives without which a server hands no request on.
_FORWARDING = re.compile(r".*_pass|include|mirror|.*lua.*|perl.*|js_.*|.*_module")
_SOCKET = re.compile(r"unix:(?:/var)?/run/docker\.sock:?")
#: dockerd's own ports on the machine.
_API_PORT = re.compile(r"(?:127\.0\.0\.1|localhost):237[56]")


@dataclass(frozen=True)
class Proxy:
    """A listener of nginx's with Docker's API behind it."""

    door: Door
    level: str
    """What a stranger gets: `tls-required`, `auth-required` or `full-control`."""
    authority: str = ""
    """The path of the CA by which clients are known."""
    addresses: Chain | None = None
    """Who is let through by address; the others get nothing of the API. None for everybody."""


def read_proxies(texts: Mapping[str, str], files: Iterable[str], notes: Notes) -> list[Proxy]:
    """Return nginx's listeners with Docker's API behind them; `files` are all paths of the input.

    What is beyond this reader goes into `notes`.
    """
    parsed = http_directives(texts, files, notes)
    upstreams = {each.value: each for each in parsed if each.name == "upstream"}
    proxies: list[Proxy] = []
    for each in parsed:
        if each.name == "server":
            proxies += _server(each, upstreams, notes)
        elif each.name not in ("upstream", "map") and not _HARMLESS.fullmatch(each.name):
            _doubt(f"{each.name} outside of a server: lint does not know it", each.place, notes)
    _check_ports(proxies, parsed, notes)
    return proxies


def _check_ports(proxies: Iterable[Proxy], parsed: Iterable[Node], notes: Notes) -> None:
    """Note the ports of Docker's API on which other servers listen, too."""
    servers = [_listens(each) for each in parsed if each.name == "server"]
    ports = [{listen.port for listen in listens if listen is not None} for listens in servers]
    for proxy in proxies:
        if sum(proxy.door.port in each for each in ports) > 1:
            reason = f"several servers listen on port {proxy.door.port}: which one answers"
            _doubt(reason, proxy.door.value.place, notes)


def _server(server: Node, upstreams: Mapping[str, Node], notes: Notes) -> list[Proxy]:
    if not any(_FORWARDING.fullmatch(each.name) or _refuses(each) for each in server.all()):
        return []
    before = len(notes.unknown)
    reads = only_reads(server)
    known = (*_READ, *(("if", "return") if reads else ()))
    for each in server.all():
        if each.name not in known and not _HARMLESS.fullmatch(each.name):
            _doubt(f"nginx's {each.name}: lint does not know what comes of it", each.place, notes)
    passes = [each for each in server.all() if each.name == "proxy_pass"]
    to_docker = [each for each in passes if _is_docker(each, upstreams, notes)]
    if not to_docker:
        return []
    listens = _listens(server)
    if None in listens or not listens:
        notes.doubt("where nginx listens", server.place, LISTENS, OPENS)
    level, authority = _level(server, tls=all(each.tls for each in listens if each), notes=notes)
    if level == "full-control" and not _all_reach(server, to_docker):
        _doubt("nginx's locations: which requests reach Docker's API", server.place, notes)
    if level == "full-control" and reads:
        level = "read-only"
    addresses = read_addresses(server)
    if addresses is None:
        _doubt("nginx's allow and deny: whom they let through", server.place, notes)
    level = UNKNOWN if len(notes.unknown) > before else level
    proxies = []
    for each, listen in zip(server.own("listen"), listens, strict=True):
        if listen is not None:
            family = "tcp6" if ":" in listen.host else "tcp"
            address = listen.host or "0.0.0.0"  # noqa: S104  (compared, and not bound)
            value = Value(f"listen {each.value}", each.place)
            door = Door(family, address, listen.port, "nginx", value)
            proxies.append(Proxy(door, level, authority, addresses))
    return proxies


def _level(server: Node, *, tls: bool, notes: Notes) -> tuple[str, str]:
    """Return what a stranger gets of a server, and the CA by which it knows clients."""
    verify = [each for each in server.all() if each.name == "ssl_verify_client"]
    authorities = server.own("ssl_client_certificate")
    passwords = [each for each in server.all() if each.name == "auth_basic"]
    lists = [each for each in server.all() if each.name == "auth_basic_user_file"]
    at_top = [each.value for each in server.own("ssl_verify_client")]
    if at_top == ["on"] and len(verify) == 1:
        if tls and len(authorities) == 1 and "$" not in authorities[0].value:
            return "tls-required", authorities[0].value
        _doubt("ssl_verify_client: on a port without TLS, or without a CA", verify[0].place, notes)
    elif verify and any(each.value not in ("off",) for each in verify):
        _doubt("ssl_verify_client: lint knows only `on` in a server", verify[0].place, notes)
    if len(passwords) == len(lists) == 1 and _asks_all(server, passwords[0], lists[0]):
        return "auth-required", ""
    if passwords or lists:
        _doubt("auth_basic: which requests need a password", (passwords + lists)[0].place, notes)
    return "full-control", ""


def _refuses(each: Node) -> bool:
    """Return whether a directive refuses requests, as a server before the API does."""
    return each.name in ("deny", "auth_basic", "auth_request") or (
        each.name == "return" and each.value.startswith(("401", "403"))
    )


def _asks_all(server: Node, password: Node, file: Node) -> bool:
    """Return whether a server asks for a password whatever is requested."""
    locations = server.own("location")
    blocks = [server]
    if len(locations) == 1 and locations[0].value == "/":
        blocks += locations
    is_asked = any(password in each.block and file in each.block for each in blocks)
    return is_asked and password.value != "off" and "$" not in password.value


def _all_reach(server: Node, to_docker: Iterable[Node]) -> bool:
    """Return whether any request reaches Docker's API, but for those of other locations."""
    locations = server.own("location")
    root = [each for each in locations if each.value == "/"]
    has_pattern = any(each.value.startswith("~") for each in locations)
    return not has_pattern and any(one in each.block for each in root for one in to_docker)


def _is_docker(each: Node, upstreams: Mapping[str, Node], notes: Notes) -> bool:
    """Return whether a proxy_pass leads to Docker's API; note one that may."""
    target = re.sub(r"^https?://", "", each.value)
    if _SOCKET.fullmatch(target) or _API_PORT.fullmatch(target):
        return True
    upstream = upstreams.get(target)
    servers = [one.value for one in upstream.own("server")] if upstream is not None else []
    if servers and all(_SOCKET.fullmatch(one) or _API_PORT.fullmatch(one) for one in servers):
        return True
    notes.doubt(f"whether Docker's API is behind {each.value}", each.place, LISTENS, OPENS)
    return False


def _listens(server: Node) -> list[nginx.Listen | None]:
    return [nginx.listen_of(each) for each in server.own("listen")]


def _doubt(reason: str, place: Place, notes: Notes) -> None:
    notes.doubt(reason, place, OPENS)
