"""Tells what nginx's servers answer that hand no request on: pages, redirects and refusals."""

import re

from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.lint.prediction import UNKNOWN

#: Directives of programs, which may answer anything, and what is not in the file.
_PROGRAMS = re.compile(r".*lua.*|perl.*|js_.*|include|mirror|.*_module|auth_jwt.*|dav_\w+|ssi")
_REFUSALS = ("deny", "auth_basic", "auth_request", "limit_req", "limit_conn", "ssl_verify_client")
#: The answers after which a connection, or what is asked for, is refused.
_REFUSED = re.compile(r"(401|403)\b")
_HANGS_UP = re.compile(r"444\b")


def static_level(http: Node, server: Node, *, tls: bool) -> tuple[str, str]:
    """Return what a stranger gets of a server without a backend, and why that is unknown.

    `tls` says that the listener speaks TLS.
    """
    nodes = [*server.all()]
    program = next((each.name for each in nodes if _PROGRAMS.fullmatch(each.name)), None)
    if program is not None:
        return UNKNOWN, f"nginx's {program}: lint does not know what comes of it"
    verify = server.own("ssl_verify_client") or http.own("ssl_verify_client")
    if tls and [each.value for each in verify] == ["on"]:
        return "tls-required", ""
    inherited = [each for each in http.own(*_REFUSALS) if each.value != "off"]
    refusals = [each for each in (*inherited, *nodes) if _refuses(each)]
    if not refusals:
        return "refused", ""
    if _refuses_all(server, refusals):
        return "auth-required", ""
    return UNKNOWN, "nginx's refusals: which requests they concern"


def _refuses(each: Node) -> bool:
    if each.name == "return":
        return bool(_REFUSED.match(each.value) or _HANGS_UP.match(each.value))
    return each.name in _REFUSALS and each.value != "off"


def _refuses_all(server: Node, refusals: list[Node]) -> bool:
    """Return whether the refusals are those of a server for all that it is asked."""
    locations = server.own("location")
    blocks = [server, *(each for each in locations if each.value == "/" and len(locations) == 1)]
    own = [each for block in blocks for each in block.block if each in refusals]
    if len(own) != 1 or len(refusals) != 1:
        return False
    (first,) = own
    if first.name == "return":
        return bool(_REFUSED.match(first.value))
    if first.name == "deny":
        return first.value == "all" and not any(server.all("allow"))
    has_list = any(server.all("auth_basic_user_file"))
    return first.name == "auth_basic" and has_list and not any(server.all("return", "satisfy"))
