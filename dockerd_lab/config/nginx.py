"""Reads nginx's configuration: where it listens, what files it needs, to whom it hands on what."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config.paths import NGINX
from dockerd_lab.config.ports import port_of

#: More names and paths than this are not tried: every one is a request, or a whole measurement.
_FEW = 8


@dataclass(frozen=True)
class Directive:
    """One directive of nginx's."""

    file: str
    line: int
    value: str
    """Its arguments as they are written."""

    @property
    def first(self) -> str:
        """Its first argument, without quotes."""
        return (self.value.split() or [""])[0].strip("\"'")

    @property
    def path(self) -> str | None:
        """Its first argument as a file's path; None where that is none that is known."""
        # A variable is the request's, and `data:` and `engine:` are no files.
        if "$" in self.first or ":" in self.first or not self.first:
            return None
        return str(PurePosixPath(NGINX) / self.first)


@dataclass(frozen=True)
class Listen:
    """A `listen` of nginx's, with a port."""

    host: str
    """Empty where every address is meant."""
    port: int
    tls: bool
    file: str = ""
    line: int = 0


def directives(texts: Mapping[str, str], name: str) -> Iterator[Directive]:
    """Every directive of a name, or of one of several (`server|set`), in the given files."""
    for file, text in texts.items():
        if "/nginx/" not in file:
            continue
        # A `#` within a word is no comment.
        bare = re.sub(r"(^|\s)#.*", r"\1", text, flags=re.MULTILINE)
        start = rf"(?:^|[;{{}}])[ \t]*({name})\s+([^;{{}}]+)"
        for found in re.finditer(start, bare, re.MULTILINE):
            number = bare.count("\n", 0, found.start(1)) + 1
            yield Directive(file, number, " ".join(found[2].split()))


def listens(texts: Mapping[str, str]) -> list[Listen]:
    """Where nginx listens on TCP.

    >>> listens({"/etc/nginx/x.conf": "listen [::]:443 ssl http2; listen 127.0.0.1; listen 80;"})[0]
    Listen(host='::', port=443, tls=True, file='/etc/nginx/x.conf', line=1)
    """
    everywhere = any(found.first == "on" for found in directives(texts, "ssl"))
    all_of_them = [_listen(found, everywhere) for found in directives(texts, "listen")]
    return [listen for listen in all_of_them if listen is not None]


def lacks_certificate(texts: Mapping[str, str]) -> bool:
    """Whether nginx is to speak TLS, and what is given names no certificate: an include has it."""
    return any(listen.tls for listen in listens(texts)) and not any(
        directives(texts, "ssl_certificate")
    )


def servers(texts: Mapping[str, str]) -> set[str]:
    """The hosts to which nginx hands requests on, whose addresses it looks up when it starts."""
    known = "\n".join(text for file, text in texts.items() if "/nginx/" in file)
    blocks = {*re.findall(r"^[ \t]*upstream\s+([^\s{]+)", known, re.MULTILINE), "localhost"}
    places = [d.first for d in directives(texts, "server|(?:proxy|grpc|fastcgi|uwsgi|scgi)_pass")]
    fixed = (re.sub(r"^\w+://", "", place) for place in places if "$" not in place)
    hosts = {re.split("[:/]", place)[0] for place in fixed if not place.startswith("unix:")}
    return hosts - blocks


def _listen(found: Directive, tls: bool) -> Listen | None:
    place = found.first
    if re.fullmatch("[0-9]+", place):
        host, port = "", place
    elif place.startswith("["):
        host, _, port = place[1:].partition("]")
    else:
        host, _, port = place.partition(":")
    number = port_of(port or "80")
    udp = {"udp", "quic"} & set(found.value.split()[1:])
    several = re.search(r"\d-\d+$", place) or "$" in place  # a range of ports, or unknown
    if place.startswith("unix:") or number is None or udp or several:
        return None
    host = "" if host == "*" else host
    speaks_tls = tls or "ssl" in found.value.split()[1:]
    return Listen(host, number, speaks_tls, found.file, found.line)


def server_names(texts: Mapping[str, str]) -> list[str]:
    """The first few names of its servers; where one stands for many, one of them.

    >>> dump = "server { server_name _ docker_api.example.com *.example.org docker.* ~^x; }"
    >>> server_names({"/etc/nginx/x.conf": dump})
    ['docker_api.example.com', 'lab.example.org', 'docker.lab']
    """
    words = [word for each in directives(texts, "server_name") for word in each.value.split()]
    whole = (re.sub(r"^\*?\.", "lab.", word.strip("\"'")) for word in words)
    one = (re.sub(r"\.\*$", ".lab", name) for name in whole)
    label = "[A-Za-z0-9_-]{1,63}"  # longer ones no TLS can ask for
    return _first_few(
        name for name in one if name != "_" and re.fullmatch(rf"({label}\.)*{label}", name)
    )


def location_paths(texts: Mapping[str, str]) -> list[str]:
    """The first few paths of its locations, as far as they are literal, without a slash at the end.

    >>> dump = "location / { } location ^~ /docker/ { } location ~ ^/api(/.*)?$ { }"
    >>> location_paths({"/etc/nginx/x.conf": dump})
    ['/docker', '/api']
    """
    plain = re.compile(r"(?:=\s*|\^~\s*)?[\"']?(/[^\s{}\"']*)[\"']?")
    pattern = re.compile(r"~\*?\s*[\"']?\^(/[\w/-]*)(?=\(/|/|\$)")
    arguments = [each.value for each in directives(texts, "location")]
    paths = (plain.fullmatch(each) or pattern.match(each) for each in arguments)
    return _first_few(path[1].rstrip("/") for path in paths if path and path[1].strip("/"))


def _first_few(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))[:_FEW]
