"""Finds passwords and tokens in the input that whoever attacks the daemon tries first."""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.inputs.trivial_passwords import trivial_passwords
from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.judge.judgement import SCRIPT
from dockerd_lab.judge.password_hash import HASH, matches, takes_long

#: At most this many hashes are tried: a list of all users of a company is none of one daemon's.
_MAX_HASHES = 50
_USER = r"(?<![\w.@+-])(?P<user>[\w.@+-]{1,64})"
_VALUE = r"[\"']?(?P<secret>[^\s\"'|;&<>()]+)[\"']?"


@dataclass(frozen=True)
class _Form:
    """A way in which a file has a password."""

    regex: str
    is_trivial: Callable[[str, str], bool]
    """Whether the secret of a user is a trivial password, or the hash of one."""
    files: str = ""
    """A pattern of the files that have it: it would say something else in others."""


def check_weak_passwords(inputs: Input, scripts: Collection[str]) -> Iterator[PolicyFinding]:
    """Yield a finding for each user and token whose secret is trivial; it does not say the secret.

    `scripts` are the texts of the user's scripts.
    """
    texts = {**inputs.texts, **{f"{SCRIPT} {n}": text for n, text in enumerate(scripts)}}
    for file, text in texts.items():
        matched: dict[tuple[str, int], None] = {}
        for form in _FORMS:
            if not re.search(form.files, file):
                continue
            for match in list(re.finditer(form.regex, text, re.MULTILINE))[:_MAX_HASHES]:
                user = match.groupdict().get("user") or ""
                line = text.count("\n", 0, match.start("secret")) + 1
                if (user, line) not in matched and form.is_trivial(user, match["secret"]):
                    matched[user, line] = None
        for user, line in matched:
            where = f"{SCRIPT}, line {line}"
            if not file.startswith(SCRIPT):
                where = str(inputs.user_path(Place(file, line)))
            whose = f"the password of {user}" if user else "the secret that it compares with"
            sentence = f"{whose} is one that anybody guesses (at {where})"
            yield PolicyFinding("stranger", sentence, id="weak-password", where=where)


def _is_trivial(user: str, password: str) -> bool:
    return password in trivial_passwords(user)


@cache
def _is_trivial_hash(user: str, hashed: str) -> bool:
    few = takes_long(hashed)
    return any(matches(hashed, each) for each in trivial_passwords(user, few=few))


def _is_trivial_login(_: str, encoded: str) -> bool:
    """Return whether the password in base 64 of USER:PASSWORD (basic authentication) is trivial."""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return _is_trivial(user, password)


#: Programs that ask for a password; elsewhere it may be one that a client sends.
_PROXIES = r"/(nginx|apache2|httpd|haproxy|caddy|lighttpd|traefik|envoy|stunnel)(/|$)"
_OPTIONS = r"(?:-salt\s+\S+\s+|-\w+\s+)*"
_FORMS = (
    _Form(rf"(?:{_USER}(?::|[ \t]+(?:password[ \t]+)?))?(?P<secret>{HASH})", _is_trivial_hash),
    _Form(rf"^{_USER}:(?P<secret>[./\w]{{13}})(?=$|:)", _is_trivial_hash),  # DES's
    _Form(rf"^\s*user\s+{_USER}\s+insecure-password\s+{_VALUE}", _is_trivial, _PROXIES),
    _Form(r"\bBasic\s+(?P<secret>[\w+/]{3,}={0,2})", _is_trivial_login, _PROXIES),
    # nginx compares a header, an argument or a cookie with a constant.
    _Form(
        r"\$(?:http|arg|cookie)_\w*(?:auth|token|key|secret|pass)\w*\s*!?[=~]\*?\s*[\"']?"
        rf"(?:Bearer\s+)?{_VALUE}",
        _is_trivial,
        _PROXIES,
    ),
    _Form(rf"\bhtpasswd\s+(?:-\w+\s+)+\S+\s+{_USER}\s+{_VALUE}", _is_trivial, SCRIPT),
    _Form(rf"\bopenssl\s+passwd\s+{_OPTIONS}{_VALUE}", _is_trivial, SCRIPT),
    _Form(rf"[\"'\s]{_USER}:{_VALUE}\s*\|\s*(?:sudo\s+)?chg?passwd", _is_trivial, SCRIPT),
    _Form(rf"\bchg?passwd\s*<<<\s*[\"']?{_USER}:{_VALUE}", _is_trivial, SCRIPT),
)
