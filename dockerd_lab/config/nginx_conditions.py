"""Finds the conditions under which nginx lets requests through to Docker, and what fulfils them."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dockerd_lab.config.nginx_routes import Untried, variables
from dockerd_lab.config.nginx_tree import Node
from dockerd_lab.config.regex_examples import example, has_secret, literal, python_regex
from dockerd_lab.config.value import Place

#: Variables that say where a request comes from.
ADDRESSES = (
    "remote_addr",
    "binary_remote_addr",
    "realip_remote_addr",
    "proxy_protocol_addr",
    "proxy_add_x_forwarded_for",
)
#: Variables of a request that somebody chooses, besides the headers, cookies and arguments.
_CHOSEN = (
    *("request_uri", "uri", "document_uri", "request", "args", "query_string", "is_args"),
    *("host", "ssl_server_name", "ssl_preread_server_name", "remote_user", "invalid_referer"),
    *("ssl_client_s_dn", "ssl_client_s_dn_legacy", "ssl_client_i_dn", "ssl_client_i_dn_legacy"),
    *ADDRESSES,
)
_FIELDS = re.compile(r"(http|cookie|arg)_\w+")
#: Variables that need no values of their own: nobody can choose them, or provision/probe/bypasses
#: has them, such as methods and versions; a certificate's fingerprint cannot be chosen.
_SETTLED = re.compile(
    r"request_method|server_protocol|scheme|https|server_(name|port|addr)|hostname|http2"
    r"|document_root|realpath_root|request_filename|content_(type|length)|ssl_client_verify"
    r"|ssl_client_fingerprint|ssl_(raw_)?client_(raw_)?cert|upstream_\w+|\d|nginx_version"
    r"|proxy_host|proxy_port|ssl_session_reused|request_body|http_(upgrade|connection)"
)
#: Names of fields in which a secret stands, even if that does not look random.
_SECRET_FIELD = re.compile(r"auth|token|key|secret|pass|session|signature", re.IGNORECASE)
_MIN_SECRET = 8
#: How the values of variables look, where that tells one from the next.
_FORMS = {
    "request_method": "[A-Z]*",
    **dict.fromkeys(("uri", "request_uri", "document_uri"), "/.*"),
}
_ANY_FORM = ".*?"
#: What is sent where any value will do.
_ANYTHING = "1"
SETTLE = "Validate it without that, or let somebody try it by hand; --allow-incomplete permits it."


@dataclass(frozen=True)
class Condition:
    """A value of a request's field that the configuration compares with."""

    variable: str
    value: str
    place: Place = field(compare=False)


def is_known(name: str) -> bool:
    """Return whether it is known what fulfils the conditions on a variable."""
    return bool(name in _CHOSEN or _FIELDS.fullmatch(name) or _SETTLED.fullmatch(name))


def compare(subject: str, value: str, place: Place) -> Iterator[Condition | Untried]:
    """Yield the conditions under which a value with variables is another one; none for secrets."""
    others = variables(value)
    if not others:
        yield from _assigned(subject, value, place, whole=True)
    elif all(map(_is_chosen, [*variables(subject), *others])):  # one is sent twice
        for name in (*variables(subject), *others):
            yield Condition(name, _ANYTHING, place)
    else:
        yield Untried(f"{subject} is compared with {value}", SETTLE, place)


def match(subject: str, regex: str, place: Place) -> Iterator[Condition | Untried]:
    """Yield the conditions under which a regular expression matches a value with variables."""
    if not any(map(_is_chosen, variables(subject))):
        return
    try:
        # The example is right in any case.
        pattern = python_regex(regex)
        text = example(pattern)
    except re.error:
        text = None
    if text is None:
        names = ", ".join(f"${name}" for name in variables(subject))
        yield Untried(f"no value of {names} is known that matches {regex!r}", SETTLE, place)
        return
    if variables(subject)[0] in ADDRESSES:
        text = _whole_address(pattern, text)
    if has_secret(literal(pattern)) and _keeps_secrets(variables(subject)):
        return
    yield from _assigned(subject, text, place)


def _assigned(
    subject: str, value: str, place: Place, *, whole: bool = False
) -> Iterator[Condition | Untried]:
    """Yield the conditions on the variables of a subject such as `$host:$arg_x` for its value."""
    names = variables(subject)
    if not any(map(_is_chosen, names)) or not value:
        return
    values = [value] if len(names) == 1 else _split(subject, value)
    if values is None:
        yield Untried(f"it depends on {subject} who is let through", SETTLE, place)
        return
    for name, each in zip(names, values, strict=True):
        if _is_chosen(name) and each and not (whole and is_secret(name, each)):
            yield Condition(name, each, place)


def _split(subject: str, value: str) -> list[str] | None:
    """Return the values of a subject's variables; None if it is not clear where one ends.

    >>> _split("$request_method$uri", "GET/_ping"), _split("$host$arg_a", "ab")
    (['GET', '/_ping'], None)
    """
    texts = re.split(r"\$\{?(\w+)\}?", subject)
    forms = [_FORMS.get(name, _ANY_FORM) for name in texts[1::2]]
    if any(
        not gap and one == other == _ANY_FORM
        for gap, one, other in zip(texts[2::2], forms, forms[1:], strict=False)
    ):
        return None
    pattern = re.escape(texts[0]) + "".join(
        f"({form}){re.escape(text)}" for form, text in zip(forms, texts[2::2], strict=True)
    )
    found = re.fullmatch(pattern, value)
    return list(found.groups()) if found else None


def is_secret(name: str, value: str) -> bool:
    """Return whether only somebody knows a field's value who was told: it is a password."""
    if len(value) < _MIN_SECRET or not _keeps_secrets([name]):
        return False
    return has_secret(value) or bool(_SECRET_FIELD.search(name))


def _keeps_secrets(names: list[str]) -> bool:
    """Return whether a secret may stand in one of the fields: no name, path or address is one."""
    return any(_FIELDS.fullmatch(each) or each in ("args", "query_string") for each in names)


def _is_chosen(name: str) -> bool:
    return name in _CHOSEN or (bool(_FIELDS.fullmatch(name)) and not _SETTLED.fullmatch(name))


def network_condition(word: str, variable: str, place: Place) -> Iterator[Condition]:
    """Yield the condition that an address of a network fulfils, if the word is a network."""
    try:
        network = ipaddress.ip_network(word.partition("-")[0], strict=False)
    except ValueError:
        return
    address = network.network_address + (1 if network.num_addresses > 1 else 0)
    if not (address.is_loopback or network.prefixlen == 0) and _is_chosen(variable):
        yield Condition(variable, str(address), place)


def _whole_address(pattern: "re.Pattern[str]", beginning: str) -> str:
    """Return an address that begins like a text, if a pattern matches it; else the text."""
    for end in ("", ".1", ".1.1", ".1.1.1", "1", "1.1", "1.1.1", "::1", ":1"):
        try:
            ipaddress.ip_address(beginning + end)
        except ValueError:
            continue
        if pattern.search(beginning + end):
            return beginning + end
    return beginning


def referer_conditions(node: Node) -> Iterator[Condition | Untried]:
    """Yield the conditions of a `valid_referers`, whose variable is $invalid_referer."""
    place = node.place
    for word in node.arguments:
        if word.startswith("~"):
            yield from match("$http_referer", word[1:], place)
        elif word not in ("none", "blocked"):
            names = "localhost" if word == "server_names" else word.replace("*", "lab")
            yield Condition("http_referer", f"http://{names.lstrip('.')}/", place)
