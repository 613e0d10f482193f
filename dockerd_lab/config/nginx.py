"""Reads nginx's configuration: listeners, needed files, and where it forwards requests."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config import server_words
from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.config.paths import NGINX
from dockerd_lab.config.ports import port_of

#: What names a field of the request: a variable, also in Lua (`ngx.var.http_x_key`), Lua's and
#: njs's tables.
_MEMBER = r"\s*(?:\[\s*[\"']([\w-]+)|\.(\w+))"
_REQUEST_FIELDS = {
    kind: rf"(?:\$\{{?|\bvar\.){prefix}_(\w+)|\b(?:{tables}){_MEMBER}"
    for kind, prefix, tables in (
        ("headers", "http", r"get_headers\(\)|headersIn"),
        ("cookies", "cookie", "(?!)"),
        ("arguments", "arg", r"get_uri_args\(\)|r\.args"),
    )
}


@dataclass(frozen=True)
class Directive:
    """One directive."""

    file: str
    line: int
    value: str
    """Its arguments as they are written."""

    @property
    def first(self) -> str:
        """Return its first argument, without quotes."""
        return (self.value.split() or [""])[0].strip("\"'")

    @property
    def path(self) -> str | None:
        """Return its first argument as a file's path; None if that is unknown, or no path."""
        # A variable depends on the request. `data:` and `engine:` are no files.
        if "$" in self.first or ":" in self.first or not self.first:
            return None
        return str(PurePosixPath(NGINX) / self.first)


@dataclass(frozen=True)
class Listen:
    """A `listen` with a port."""

    host: str
    """Empty for all addresses."""
    port: int
    tls: bool
    file: str = ""
    line: int = 0


def directives(texts: Mapping[str, str], name: str) -> Iterator[Directive]:
    """Yield each directive of a name, or of one of several (`server|set`), in nginx's files."""
    for file, text in texts.items():
        if "/nginx/" not in file:
            continue
        # A `#` within a word starts no comment.
        uncommented = re.sub(r"(^|\s)#.*", r"\1", text, flags=re.MULTILINE)
        statement = rf"(?:^|[;{{}}])[ \t]*({name})\s+([^;{{}}]+)"
        for match in re.finditer(statement, uncommented, re.MULTILINE):
            number = uncommented.count("\n", 0, match.start(1)) + 1
            yield Directive(file, number, " ".join(match[2].split()))


def listens(texts: Mapping[str, str]) -> list[Listen]:
    """Return nginx's TCP listeners.

    >>> listens({"/etc/nginx/x.conf": "listen [::]:443 ssl http2; listen 127.0.0.1; listen 80;"})[0]
    Listen(host='::', port=443, tls=True, file='/etc/nginx/x.conf', line=1)
    """
    ssl_everywhere = any(directive.first == "on" for directive in directives(texts, "ssl"))
    results = [listen_of(directive, ssl_everywhere) for directive in directives(texts, "listen")]
    return [listen for listen in results if listen is not None]


def lacks_certificate(texts: Mapping[str, str]) -> bool:
    """Return whether nginx uses TLS, but no file names a certificate: a missing include has it."""
    return any(listen.tls for listen in listens(texts)) and not any(
        directives(texts, "ssl_certificate")
    )


def servers(texts: Mapping[str, str]) -> set[str]:
    """Return the hosts to which nginx forwards requests; it resolves their names when it starts."""
    text = "\n".join(text for file, text in texts.items() if "/nginx/" in file)
    own_names = {*re.findall(r"^[ \t]*upstream\s+([^\s{]+)", text, re.MULTILINE), "localhost"}
    places = [
        directive.first
        for directive in directives(texts, "server|(?:proxy|grpc|fastcgi|uwsgi|scgi)_pass")
    ]
    literal = (re.sub(r"^\w+://", "", place) for place in places if "$" not in place)
    hosts = {re.split("[:/]", place)[0] for place in literal if not place.startswith("unix:")}
    return hosts - own_names


def listen_of(directive: Directive | Node, tls: bool = False) -> Listen | None:
    """Return what a `listen` listens on, with TLS if it says so or `tls` does; None for no port."""
    place = directive.first
    if re.fullmatch("[0-9]+", place):
        host, port = "", place
    elif place.startswith("["):
        host, _, port = place[1:].partition("]")
    else:
        host, _, port = place.partition(":")
    number = port_of(port or "80")
    is_udp = {"udp", "quic"} & set(directive.value.split()[1:])
    is_unclear = re.search(r"\d-\d+$", place) or "$" in place  # a range of ports, or a variable
    if place.startswith("unix:") or number is None or is_udp or is_unclear:
        return None
    host = "" if host == "*" else host
    speaks_tls = tls or "ssl" in directive.value.split()[1:]
    return Listen(host, number, speaks_tls, directive.file, directive.line)


def request_fields(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the names of the headers, the cookies and the arguments that its files read.

    >>> request_fields({"/etc/nginx/x.conf": "if ($http_x_api_key) { } if ($arg_token != a) { }"})
    {'headers': ['x-api-key'], 'cookies': [], 'arguments': ['token']}
    """
    text = "\n".join(text for file, text in texts.items() if "/nginx/" in file)
    names = {
        kind: server_words.limit(name for names in re.findall(each, text) for name in names if name)
        for kind, each in _REQUEST_FIELDS.items()
    }
    headers = (name.replace("_", "-") for name in names["headers"])
    return {**names, "headers": server_words.headers(headers)}
