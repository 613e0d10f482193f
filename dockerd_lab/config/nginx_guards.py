"""Finds what decides in nginx's servers whether a request is let through to Docker."""

import re
from collections.abc import Iterator, Sequence

from dockerd_lab.config.nginx_conditions import (
    SETTLE,
    Condition,
    compare,
    is_known,
    match,
    network_condition,
    referer_conditions,
)
from dockerd_lab.config.nginx_routes import PASSES, Route, Untried, variables
from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.config.value import Place

#: Directives of modules whose decision the harness cannot foresee.
_PROGRAMS = re.compile(
    r"(access|balancer|content|preread|rewrite|server_rewrite|set)_by_lua(_block|_file)?"
    r"|js_(access|content|preread)|perl|auth_jwt\w*"
)
_OPERATORS = ("=", "!=", "~", "~*", "!~", "!~*")
_FILE_TESTS = ("-f", "-d", "-e", "-x")
#: Variables are followed through at most this many others.
_MAX_STEPS = 6


def conditions(found: Sequence[Route]) -> tuple[list[Condition], list[Untried]]:
    """Return the conditions of the servers, and what else decides in those that lead to Docker."""
    results: dict[Condition, None] = {}
    untried: dict[Untried, None] = {}
    for route in found:
        for each in _conditions_of(route):
            if isinstance(each, Condition):
                results.setdefault(each)
            elif route.leads:
                untried[each] = None
    return list(results), list(untried)


def _conditions_of(route: Route) -> Iterator[Condition | Untried]:
    """Yield the conditions on fields of a request, and what is not known to be one."""
    asked: set[str] = set()
    for node in [*_guarding(route, route.server), *_inherited(route)]:
        place = node.place
        if _PROGRAMS.fullmatch(node.name):
            yield Untried(f"{node.name} decides who is let through", SETTLE, place)
        elif node.name == "auth_request" and node.first != "off":
            if not _answers_itself(route, node.first):
                what = f"another server decides who is let through (auth_request {node.first})"
                yield Untried(what, SETTLE, place)
        elif node.name == "mirror" and _mirrors_anything(route, node.first):
            what = "a copy of each request goes to Docker, and nobody sees the answer (mirror)"
            yield Untried(what, SETTLE, place)
        elif node.name in ("allow", "deny"):
            yield from network_condition(node.first, "remote_addr", place)
        elif node.name == "valid_referers":
            yield from referer_conditions(node)
        elif node.name == "if":
            yield from _if(route, node)
            asked.update(variables(" ".join(node.arguments)))
        elif node.name in ("auth_basic", *PASSES):
            asked.update(variables(node.first))
    yield from _sources(route, asked)


def _vouches(route: Route, name: str) -> bool:
    """Return whether it is about a certificate, and an authority vouches for what that says."""
    verify = [
        node.first
        for block in (route.context, route.server)
        for node in block.own("ssl_verify_client")
    ]
    return name.startswith("ssl_client_") and verify[-1:] == ["on"]


def _guarding(route: Route, block: Node) -> Iterator[Node]:
    """Yield the directives of a block, without locations that lead elsewhere than to Docker."""
    for node in block.block:
        passes = list(node.all(*PASSES))
        if node.name == "location" and passes and not any(each in route.passes for each in passes):
            continue
        yield node
        yield from _guarding(route, node)


def _inherited(route: Route) -> list[Node]:
    """Return the directives outside the server that hold for it."""
    blocks = ("server", "map", "geo", "upstream", "split_clients", "log_format")
    return [node for node in route.context.block if node.name not in blocks]


def _answers_itself(route: Route, path: str) -> bool:
    """Return whether nginx answers a subrequest without asking anybody."""
    locations = [each for each in route.server.all("location") if path in each.arguments]
    return any(any(each.all("return")) and not any(each.all(*PASSES)) for each in locations)


def _mirrors_anything(route: Route, path: str) -> bool:
    """Return whether Docker gets copies of requests there, other than of one that only reads."""
    for location in route.server.all("location"):
        passes = [each for each in location.all(*PASSES) if each in route.passes]
        if path in location.arguments and passes:
            only_reads = any(each.first in ("GET", "HEAD") for each in location.own("proxy_method"))
            return not only_reads or any("$" in each.first for each in passes)
    return False


def _if(route: Route, node: Node) -> Iterator[Condition | Untried]:
    """Yield the condition of an `if`; none if whoever fulfils it is refused."""
    place = node.place
    words = " ".join(node.arguments).removeprefix("(").removesuffix(")").split()
    if len(words) < len(("$name", "=")) or words[0].lstrip("!") in _FILE_TESTS:
        return
    subject, operator = words[:2]
    refuses = any(each.first.startswith("4") for each in node.own("return"))
    if operator not in _OPERATORS:
        yield Untried(f"the operator {operator} decides who is let through", SETTLE, place)
    elif operator.startswith("!") or not refuses:
        how = match if "~" in operator else compare
        yield from how(subject, _literal(route, _if_value(node)), place)


def _sources(route: Route, asked: set[str]) -> Iterator[Condition | Untried]:
    """Yield the conditions of the variables on which it depends who is let through."""
    seen: set[str] = set()
    for _ in range(_MAX_STEPS):
        new, asked = asked - seen, set()
        seen |= new
        for name in sorted(new):
            defined = False
            for node in _definitions(route, name):
                defined = True
                yield from _definition(node)
                asked.update(_sources_of(node))
            if not (defined or is_known(name) or _vouches(route, name) or _captures(route, name)):
                what = f"it depends on ${name} who is let through"
                yield Untried(what, SETTLE, _place_of(route, name))


def _definitions(route: Route, name: str) -> Iterator[Node]:
    """Yield the directives that give a variable its value."""
    for node in route.context.own("map", "geo", "split_clients"):
        if node.arguments[-1:] == (f"${name}",):
            yield node
    setters = ("set", "auth_request_set", "js_set", "perl_set")
    for node in [*route.server.all(*setters), *route.context.own(*setters)]:
        if node.first == f"${name}":
            yield node


def _definition(node: Node) -> Iterator[Condition | Untried]:
    place = node.place
    if node.name in ("split_clients", "js_set", "perl_set", "auth_request_set"):
        yield Untried(f"{node.name} decides who is let through", SETTLE, place)
    for line in node.block:
        at = line.place
        if node.name == "geo":
            yield from network_condition(line.name, _sources_of(node)[0], at)
        elif node.name == "map" and line.name.startswith("~"):
            yield from match(node.first, line.name.lstrip("~*"), at)
        elif node.name == "map" and line.name not in ("default", "hostnames", "volatile"):
            yield from compare(node.first, line.name.removeprefix("\\"), at)


def _captures(route: Route, name: str) -> bool:
    """Return whether a regular expression of a location or a name gives the variable."""
    named = re.compile(rf"\(\?P?<{name}>")
    return any(named.search(word) for node in route.server.all() for word in node.arguments)


def _place_of(route: Route, name: str) -> Place:
    used = re.compile(rf"\$\{{?{name}\b")
    every = [*route.server.all(), *route.context.all()]
    node = next(
        (each for each in every if used.search(" ".join((each.name, *each.arguments)))),
        route.server,
    )
    return node.place


def _sources_of(node: Node) -> list[str]:
    """Return the names of the variables on which the one depends that a node defines."""
    if node.name == "geo":
        return variables(node.first) if len(node.arguments) > 1 else ["remote_addr"]
    if node.name == "set":
        return variables(" ".join(node.arguments[1:]))
    return variables(node.first) if node.name == "map" else []


def _literal(route: Route, value: str) -> str:
    """Return the text that `set` gives to a variable, if a value is one; else the value."""
    texts = [node.arguments[-1] for node in route.server.all("set") if node.first == value]
    return texts[0] if texts and not variables(texts[0]) else value


def _if_value(node: Node) -> str:
    """Return what an `if` compares with: its last word, without the parenthesis that ends it."""
    *_, last = node.arguments
    if last == ")":
        last = node.arguments[-2]
        return "" if last in ("=", "!=") else last
    return last.removesuffix(")")
