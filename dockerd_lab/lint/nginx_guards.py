"""Reads what guards the directives by which nginx hands requests on to Docker's API.

A guard is certain only if no other directive in its blocks can undo it; what is not certain makes
it unknown who is let through.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from dockerd_lab.config.nginx_conditions import is_secret
from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.lint.nginx_access import (
    condition_of,
    is_refusal,
    lets_only_reads,
    read_addresses,
    refuses_rest,
    refuses_writes,
)
from dockerd_lab.lint.nginx_reach import reaches_all
from dockerd_lab.lint.packets import Chain
from dockerd_lab.lint.prediction import UNKNOWN

#: Directives that neither let anybody through nor keep anybody out.
HARMLESS = re.compile(
    r"server_name|ssl_certificate(_key)?|ssl_protocols|ssl_ciphers|ssl_prefer_server_ciphers"
    r"|ssl_session_\w+|ssl_dhparam|ssl_ecdh_curve|ssl_stapling(_\w+)?|proxy_http_version"
    r"|proxy_set_header|proxy_buffering|proxy_buffers|proxy_buffer_size|proxy_request_buffering"
    r"|proxy_(read|send|connect)_timeout|proxy_redirect|proxy_max_temp_file_size"
    r"|proxy_busy_buffers_size|ssl_trusted_certificate|ssl_early_data|ssl_buffer_size"
    r"|client_max_body_size|client_body_buffer_size|client_(body|header)_timeout|access_log"
    r"|error_log|log_format|keepalive_\w+|send_timeout|chunked_transfer_encoding|http2"
    r"|add_header|gzip\w*|server_tokens|tcp_nodelay|tcp_nopush|sendfile|types_hash_max_size"
    r"|default_type|charset|large_client_header_buffers|reset_timedout_connection|types"
    r"|client_header_buffer_size|server_names_hash_\w+|resolver(_timeout)?|open_file_cache\w*"
    r"|log_not_found|etag|expires|ignore_invalid_headers|postpone_output|output_buffers"
    r"|root|index|autoindex\w*|set_real_ip_from|real_ip_\w+"
)
#: Directives that are read here and in nginx_access.py.
_READ = (
    *("listen", "location", "proxy_pass", "auth_basic", "auth_basic_user_file", "allow", "deny"),
    *("ssl_verify_client", "ssl_client_certificate", "ssl_verify_depth", "satisfy", "if"),
    "limit_except",
)
#: Directives that may lead a request elsewhere or refuse it. nginx checks addresses and passwords
#: wherever they lead; what is not here may ask Docker without that: `mirror`, Lua, SSI.
_BEHIND_GUARD = re.compile(
    r"alias|try_files|rewrite|return|error_page|set|break|internal"
    r"|proxy_\w+|recursive_error_pages|port_in_redirect|absolute_redirect|merge_slashes"
    r"|auth_delay|underscores_in_headers|(fastcgi|uwsgi|scgi)_\w+"
)
#: Those after which nginx may not come to the rest of a server's conditions.
_LEADS = ("error_page", "rewrite", "break", "return")
_TOKEN = re.compile(r"\(\$(?P<name>(http|cookie|arg)_\w+) != (?P<value>[\w.+/=-]+( [\w.+/=-]+)?)\)")
_VERIFIED = re.compile(r"\(\$ssl_client_verify != SUCCESS\)")


class Level(NamedTuple):
    """What a stranger gets by a directive that hands requests on."""

    level: str
    """`tls-required`, `auth-required`, `read-only`, `full-control` or UNKNOWN."""
    authority: str = ""
    """The path of the CA by which clients are known."""
    addresses: Chain | None = None
    """Who is let through by address; None for everybody."""
    reason: str = ""
    """Why it is unknown."""


@dataclass(frozen=True)
class Pass:
    """A directive that hands requests on, with the blocks around it: `http` first."""

    node: Node
    blocks: tuple[Node, ...]

    @property
    def server(self) -> Node:
        """Return its server."""
        return self.blocks[1]

    def nearest(self, *names: str) -> list[Node]:
        """Return the directives of these names that are in effect: those of the nearest block."""
        own = (block.own(*names) for block in reversed(self.blocks))
        return next((nodes for nodes in own if nodes), [])


def passes_of(http: Node, server: Node) -> list[Pass]:
    """Return the directives of a server that hand requests on, at any depth."""
    found: list[Pass] = []

    def walk(block: Node, blocks: tuple[Node, ...]) -> None:
        for node in block.block:
            if node.name.endswith("_pass"):
                found.append(Pass(node, blocks))
            walk(node, (*blocks, node))

    walk(server, (http, server))
    return found


def level_of(one: Pass, *, tls: bool) -> Level:
    """Return what a stranger gets by a directive that leads to Docker's API.

    `tls` says that the listener speaks TLS.
    """
    strange = next((each.name for each in one.server.all() if not _is_known(each.name)), None)
    if strange is not None:
        return Level(UNKNOWN, reason=f"nginx's {strange}: lint does not know what comes of it")
    return _certificate(one, tls=tls) or _password(one) or _token(one) or _addresses(one)


def _certificate(one: Pass, *, tls: bool) -> Level | None:
    """Return what a stranger gets who needs a certificate; None if that is not asked for."""
    verify = [each.value for each in one.nearest("ssl_verify_client")]
    authorities = one.nearest("ssl_client_certificate")
    is_refused = any(map(_refuses_unverified, _own(one, "if")))
    if verify in ([], ["off"]) or not (tls or is_refused):
        return None
    if len(authorities) != 1 or "$" in authorities[0].value:
        return Level(UNKNOWN, reason="ssl_verify_client: without a CA, or with several")
    # A refusal may lead to a page of nginx's, and there the certificate is not asked for again.
    redirects = [node.name for block in one.blocks for node in block.block if node.name in _LEADS]
    if redirects:
        return Level(UNKNOWN, reason=f"ssl_verify_client, with {redirects[0]}: whom it lets in")
    if verify == ["on"] and tls:
        return Level("tls-required", authorities[0].value)
    others = (each for each in _own(one, "if") if not _refuses_unverified(each))
    if is_refused and verify == ["optional"] and all(map(refuses_writes, others)):
        return Level("auth-required", authorities[0].value if tls else "")
    return Level(UNKNOWN, reason="ssl_verify_client: lint knows only `on` in a server")


def _password(one: Pass) -> Level | None:
    """Return what a stranger gets who needs a password; None if that is not asked for.

    nginx asks for none where it has no list of them.
    """
    if [each.value for each in one.nearest("satisfy")] == ["any"]:
        return Level(UNKNOWN, reason="satisfy any: whom it lets through")
    if not all(map(refuses_rest, _own(one, "limit_except"))):
        return Level(UNKNOWN, reason="limit_except: whom it lets through")
    realms, lists = one.nearest("auth_basic"), one.nearest("auth_basic_user_file")
    if not realms or not lists or realms[-1].value == "off":
        return None
    if "$" in realms[-1].value + lists[-1].value:
        return Level(UNKNOWN, reason="auth_basic: which requests need a password")
    addresses = read_addresses(one.nearest("allow", "deny"), one.blocks)
    return Level("auth-required", addresses=addresses)


def _token(one: Pass) -> Level | None:
    """Return what a stranger gets who needs a secret in a field of the request; None if none."""
    conditions = _own(one, "if")
    leads = any(block.own(*_LEADS) for block in one.blocks)
    if leads or not any(map(_compares_secret, conditions)) or not all(map(is_refusal, conditions)):
        return None
    addresses = read_addresses(one.nearest("allow", "deny"), one.blocks)
    return Level("auth-required", addresses=addresses)


def _compares_secret(condition: Node) -> bool:
    """Return whether an `if` refuses whoever does not send a value that nobody guesses."""
    match = _TOKEN.fullmatch(condition_of(condition))
    return match is not None and is_secret(match["name"], match["value"])


def _addresses(one: Pass) -> Level:
    """Return what somebody gets by a directive that needs no password and no certificate."""
    addresses = read_addresses(one.nearest("allow", "deny"), one.blocks)
    if addresses is None:
        return Level(UNKNOWN, reason="nginx's allow and deny: whom they let through")
    return Level("auth-required") if _is_closed(addresses) else _unguarded(one, addresses)


def _unguarded(one: Pass, addresses: Chain) -> Level:
    """Return what somebody gets who is let through by address."""
    reads = lets_only_reads(one.blocks)
    if reads is None:
        return Level(UNKNOWN, reason="nginx's if: what it lets through")
    decisive = (node.name for block in one.blocks[1:] for node in block.block)
    strange = next((name for name in decisive if not _is_harmless(name)), None)
    if strange is not None:
        return Level(UNKNOWN, reason=f"nginx's {strange}: lint does not know what comes of it")
    if not reaches_all(one.node, one.blocks):
        return Level(UNKNOWN, reason="nginx's locations: which requests reach Docker's API")
    return Level("read-only" if reads else "full-control", addresses=addresses)


def _is_closed(addresses: Chain) -> bool:
    """Return whether nobody is let through."""
    return [(each.conditions, each.verdict) for each in addresses.rules[:1]] == [((), "reject")]


def _is_harmless(name: str) -> bool:
    return name in _READ or HARMLESS.fullmatch(name) is not None


def _is_known(name: str) -> bool:
    return _is_harmless(name) or _BEHIND_GUARD.fullmatch(name) is not None


def _own(one: Pass, name: str) -> list[Node]:
    """Return the directives of a name in its server and its locations, not in others."""
    return [node for block in one.blocks[1:] for node in block.own(name)]


def _refuses_unverified(condition: Node) -> bool:
    """Return whether an `if` refuses whoever has no certificate of the CA's."""
    return is_refusal(condition) and _VERIFIED.fullmatch(condition_of(condition)) is not None


def _reads(condition: Node) -> bool:
    return refuses_writes(condition)
