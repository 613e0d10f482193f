"""Keeps private keys out of everything that is written down."""

import re

_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)


def redact(text: str) -> str:
    r"""The text with a word in the place of each private key in PEM.

    >>> redact("a\n-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nb")
    'a\n(a private key)\nb'
    """
    return _KEY.sub("(a private key)", text)
