"""Derives from nginx's configuration what provision/probe.py tries, and what stays untried."""

import base64
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import quote

from dockerd_lab.cases.credentials import self_signed
from dockerd_lab.config import nginx_paths, nginx_routes
from dockerd_lab.config.nginx_conditions import ADDRESSES, SETTLE, Condition
from dockerd_lab.config.nginx_guards import conditions
from dockerd_lab.config.nginx_routes import Route, Untried
from dockerd_lab.config.nginx_tree import Node, parse, split_dump

#: At most this many values are tried, and combinations of values for several fields.
_MAX_VALUES, _MAX_COMBINATIONS = 64, 8
#: In which headers an address is claimed, besides the one that the configuration names.
_CLAIMS = ("X-Forwarded-For", "X-Real-IP")
_NAMES = ("host", "http_host", "ssl_server_name", "ssl_preread_server_name")
_END_OF_NAME = re.compile(r"^(?=\.)|(?<=\.)$")
_PATHS = ("request_uri", "uri", "document_uri", "request")
#: The statuses with which nginx says that somebody asks too often, unless it is told others.
_LIMIT_STATUS = "503"

Way = dict[str, Any]


@dataclass(frozen=True)
class Tries:
    """What to try at nginx's ports."""

    names: list[str] = field(default_factory=list)
    """Names of servers."""
    prefixes: list[list[str]] = field(default_factory=list)
    """Paths below which the API may be; those of a group are guarded in the same way."""
    leading: list[str] = field(default_factory=list)
    """Those at which every way is tried, whatever a plain request gets there."""
    ways: list[Way] = field(default_factory=list)
    """Ways to send a request, as probe_data.Way has them."""
    certificates: dict[str, str] = field(default_factory=dict)
    """Certificates that the ways name, with their keys, in PEM."""
    limit: dict[str, Any] = field(default_factory=dict)
    """How often somebody may ask: the `statuses` for more, and the `seconds` for one request."""
    streams: list[str] = field(default_factory=list)
    """The ports at which it hands on connections, and hangs up on those that it does not want."""
    served: list[str] = field(default_factory=list)
    """Paths at which somebody might read a key of the machine."""
    untried: list[Untried] = field(default_factory=list)
    """What lets requests through to Docker, perhaps, and is not tried."""


def tries(dump: str, backends: Collection[str], addresses: Mapping[str, str]) -> Tries:
    """Return what to try.

    - `dump` is the output of `nginx -T`, empty if no nginx runs.
    - `backends` are the addresses at which other programs listen on the machine.
    - `addresses` are those of `client` and of `daemon`, as `address`.
    """
    tree = parse(split_dump(dump))
    found = nginx_routes.routes(tree, backends)
    groups, untried_paths = nginx_paths.prefixes(found)
    values, untried = conditions(found)
    believed = [] if not found else _believed_headers(tree)
    if not believed:  # nobody can claim an address
        values = [each for each in values if each.variable not in ADDRESSES]
    for each in values[_MAX_VALUES:]:
        what = f"a value of ${each.variable} was not tried: {_MAX_VALUES} others were"
        untried.append(Untried(what, SETTLE, each.place))
    values = values[:_MAX_VALUES]
    certificates, unmade = _certificates(found, values)
    names, unnamed = _names(found, values)
    ways = {
        variable: [
            way
            for each in values
            if each.variable == variable
            for way in _ways(each, believed, addresses)
        ]
        for variable in dict.fromkeys(each.variable for each in values)
    }
    ways["certificates"] = [{"certificate": name} for name in certificates]
    return Tries(
        names,
        [group.paths for group in groups],
        [group.paths[0] for group in groups if group.leads][: nginx_paths.MAX_GUARDS],
        [
            *_combined(ways),
            *(way for each in ways.values() for way in each),
            *({"path": path} for path in nginx_paths.templates(found)),
        ],
        certificates,
        _limit(tree) if found else {},
        nginx_routes.stream_ports(found),
        untried=[*untried_paths, *untried, *unmade, *unnamed],
    )


def _names(found: Sequence[Route], values: Sequence[Condition]) -> tuple[list[str], list[Untried]]:
    """Return the names of servers to try, and those left out of servers that lead to Docker."""
    compared = [_whole_name(each.value) for each in values if each.variable in _NAMES]
    leading = [each for each in found if each.leads]
    needed = nginx_routes.names(leading, compared)
    names = list(dict.fromkeys([*needed, *nginx_routes.names(found)]))[: nginx_routes.MAX_NAMES]
    what = "the server name {} was not tried: {} others were"
    return names, [
        Untried(what.format(name, len(names)), nginx_routes.ALONE, leading[0].server.place)
        for name in needed
        if name not in names and leading
    ]


def _ways(
    condition: Condition, believed: Sequence[str], addresses: Mapping[str, str]
) -> Iterator[Way]:
    """Yield ways to send a request that fulfils a condition; none for names and certificates."""
    variable, value = condition.variable, condition.value
    kind, _, name = variable.partition("_")
    if variable in ADDRESSES:
        yield from _claims(value, believed, addresses)
    elif variable in ("host", "http_host"):
        yield {"host": _whole_name(value)}
    elif variable in _PATHS:
        yield from _spellings(value)
    elif variable in ("args", "query_string"):
        yield {"query": _quoted(value)}
    elif variable == "remote_user":
        login = base64.b64encode(f"{value}:x".encode()).decode()
        yield {"headers": {"Authorization": f"Basic {login}"}}
    elif kind == "arg":
        yield {"query": f"{name}={_quoted(value)}"}
    elif kind == "cookie":
        yield {"headers": {"Cookie": f"{name}={value}"}}
    elif kind == "http":
        yield {"headers": {name.replace("_", "-").title(): value}}


def _claims(address: str, believed: Sequence[str], addresses: Mapping[str, str]) -> Iterator[Way]:
    """Yield requests that claim to come from an address."""
    headers = [each for each in believed if each != "proxy_protocol"]
    if headers:
        claims = dict.fromkeys((*headers, *_CLAIMS), address)
        host = f'"[{address}]"' if ":" in address else address
        yield {"headers": {**claims, "Forwarded": f"for={host}"}}
    if "proxy_protocol" in believed:
        family, own = ("TCP6", "::1") if ":" in address else ("TCP4", addresses["address"])
        yield {"preamble": f"PROXY {family} {address} {own} 40000 2375\r\n"}


def _spellings(value: str) -> Iterator[Way]:
    """Yield requests whose path or query has a text that a regular expression looks for."""
    text = _quoted(value)
    yield {"query": text if "?" in value else f"x={text}"}
    path = "/" + text.lstrip("/").partition("?")[0].rstrip("/").replace("{", "{{").replace(
        "}", "}}"
    )
    up = "/.." * path.count("/")
    yield {"path": f"{path}{up}{{base}}{{path}}"}
    yield {"path": f"{path}{up.replace('..', '%2e%2e')}{{base}}{{path}}"}
    yield {"path": f"{path}{{base}}{{path}}"}
    yield {"path": f"{{base}}{{path}}{path}"}


def _whole_name(value: str) -> str:
    """Return a name of a host with something before a dot at its beginning, or after the last one.

    >>> _whole_name("docker.")
    'docker.lab'
    """
    return _END_OF_NAME.sub("lab", value)


def _quoted(value: str) -> str:
    """Return a text as it may stand in a request line."""
    return quote(value, safe="/?&=;:@!$'()*+,~%{}|[]")


def _combined(ways: Mapping[str, Sequence[Way]]) -> Iterator[Way]:
    """Yield ways that fulfil a condition on every field at once, if there are several."""
    several = [each for each in ways.values() if each]
    if len(several) < len(("two", "fields")):
        return
    for index in range(min(_MAX_COMBINATIONS, max(map(len, several)))):
        merged: Way = {}
        for each in several:
            merged = _merge(merged, each[index % len(each)])
        yield merged


def _merge(one: Way, other: Way) -> Way:
    """Return a way that does what both do."""
    merged = {**one, **other}
    headers = {**one.get("headers", {}), **other.get("headers", {})}
    cookies = [
        way["headers"]["Cookie"] for way in (one, other) if "Cookie" in way.get("headers", {})
    ]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    queries = [way["query"] for way in (one, other) if "query" in way]
    return {
        **merged,
        **({"headers": headers} if headers else {}),
        **({"query": "&".join(queries)} if queries else {}),
    }


def _certificates(
    found: Sequence[Route], values: Sequence[Condition]
) -> tuple[dict[str, str], list[Untried]]:
    """Return certificates that anybody can make with the subjects and issuers compared."""
    verifications = [
        node.first
        for route in found
        for block in (route.context, route.server)
        for node in block.own("ssl_verify_client")
    ]
    subjects = [each for each in values if each.variable.startswith("ssl_client_s_dn")]
    issuers = [each for each in values if each.variable.startswith("ssl_client_i_dn")]
    certificates: dict[str, str] = {}
    untried = []
    if not {"optional", "optional_no_ca"} & {*verifications}:
        return {}, []
    # Where both are compared, each subject is tried with each issuer.
    pairs = [(one, other) for one in subjects or issuers for other in issuers or subjects]
    for subject, issuer in islice(pairs, _MAX_COMBINATIONS):
        try:
            text = self_signed(subject.value, issuer.value)
        except ValueError:
            what = f"no certificate was made with the name {subject.value}"
            untried.append(Untried(what, SETTLE, subject.place))
        else:
            certificates[f"self-signed {subject.value}"] = text
    return certificates, untried


def _believed_headers(tree: Node) -> list[str]:
    """Return the headers that may say where a request comes from, and `proxy_protocol`."""
    every = list(tree.all("real_ip_header", "listen", "geo"))
    headers = {node.first for node in every if node.name == "real_ip_header"}
    if any(node.name == "listen" and "proxy_protocol" in node.arguments for node in every):
        headers.add("proxy_protocol")
    if any(line.name == "proxy" for node in every if node.name == "geo" for line in node.block):
        headers.add("X-Forwarded-For")
    return sorted(headers)


def _limit(tree: Node) -> dict[str, Any]:
    """Return how often somebody may ask, if that is limited: `statuses` and `seconds`."""
    rates = [
        re.fullmatch(r"rate=(\d+)r/([sm])", word)
        for node in tree.all("limit_req_zone")
        for word in node.arguments
    ]
    seconds = [(60 if rate[2] == "m" else 1) / max(1, int(rate[1])) for rate in rates if rate]
    if not seconds and not any(tree.all("limit_conn")):
        return {}
    statuses = [node.first for node in tree.all("limit_req_status", "limit_conn_status")]
    numbers = [int(each) for each in statuses or [_LIMIT_STATUS] if each.isdigit()]
    return {"statuses": numbers, "seconds": max(seconds, default=1.0)}
