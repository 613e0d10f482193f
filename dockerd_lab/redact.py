"""Keeps private keys and passwords out of everything that is written down."""

import re

_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
#: In a URL, and in a header that nginx sends on.
_PASSWORD = re.compile(
    r"((?:https?|tcp)://[^\s:/@\"']*:|proxy_set_header\s+(?:Authorization|X-Registry-Auth)\s+)"
    r"(?:[^\s:/@\"']+(?=@)|\"[^\"$]*\"|'[^'$]*'|[^\s;\"'$:]+(?=;))",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    r"""The text with a word in the place of each private key in PEM, and of passwords.

    >>> redact("-H tcp://me:secret@a:1; proxy_set_header Authorization \"Basic bWU6\"; user: a@b")
    '-H tcp://me:(a password)@a:1; proxy_set_header Authorization (a password); user: a@b'
    >>> redact("a\n-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nb")
    'a\n(a private key)\nb'
    """
    return _PASSWORD.sub(r"\1(a password)", _KEY.sub("(a private key)", text))
