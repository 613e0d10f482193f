"""Checks a password against its hash in a list of passwords, as nginx and Apache do."""

import base64
import binascii
import hashlib
import hmac
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

#: What a hash looks like, except DES's, whose 13 letters could be any word.
HASH = (
    r"\$apr1\$[./\w]{1,8}\$[./\w]{22}"
    r"|\$1\$[./\w]{1,8}\$[./\w]{22}"
    r"|\$[56]\$(?:rounds=\d+\$)?[./\w]{1,16}\$[./\w]{43,86}"
    r"|\$2[abxy]\$\d\d\$[./\w]{53}"
    r"|\$g?y\$[./\w]+\$[./\w]*\$[./\w]{43}"
    r"|\{SHA\}[\w+/]{27}="
    r"|\{SSHA\}[\w+/]{28,}={0,2}"
    r"|\{PLAIN\}\S*"
)
#: The letters of crypt's own base 64, in the order of their values.
_LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHA1_BYTES = 20
_APR1_ROUNDS = 1000
#: Of bcrypt the cost from which a password takes long: 2 to the power of this many rounds.
_LONG = 8


@lru_cache(4096)  # the same lists are judged on every engine
def matches(hashed: str, password: str) -> bool:
    """Return whether a hash is the password's; False if it is of a kind that is not known here.

    >>> matches("{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=", "admin")
    True
    """
    secret = password.encode()
    if hashed.startswith("{PLAIN}"):
        return hashed.removeprefix("{PLAIN}") == password
    if hashed.startswith(("{SHA}", "{SSHA}")):
        return _matches_sha1(hashed.partition("}")[2], secret)
    if hashed.startswith("$apr1$"):
        computed = _apr1(secret, hashed.split("$")[2].encode())
    else:
        computed = _crypt(secret, hashed.encode())
    return hmac.compare_digest(computed.encode(), hashed.encode())


def takes_long(hashed: str) -> bool:
    """Return whether one password takes so long that only few can be tried."""
    bcrypt = re.match(r"\$2.\$(\d\d)", hashed)
    return bool(bcrypt and int(bcrypt[1]) >= _LONG) or hashed.startswith(("$y$", "$gy$"))


def _matches_sha1(encoded: str, secret: bytes) -> bool:
    """Return whether a SHA-1 digest in base 64, perhaps followed by its salt, is the password's."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    digest, salt = data[:_SHA1_BYTES], data[_SHA1_BYTES:]
    return hashlib.sha1(secret + salt, usedforsecurity=False).digest() == digest


@cache
def _libcrypt() -> "ctypes.CDLL | None":
    """Return the library that nginx itself asks, on every Debian; None if it is not there."""
    import ctypes  # noqa: PLC0415  (it takes long to load, and few inputs have a hash)

    try:
        library = ctypes.CDLL("libcrypt.so.1")
    except OSError:
        return None
    library.crypt.restype = ctypes.c_char_p
    library.crypt.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    return library


def _crypt(secret: bytes, hashed: bytes) -> str:
    """Return the crypt(3) hash of a password with the method and salt of a hash."""
    library = _libcrypt()
    hashed_password = library.crypt(secret, hashed) if library is not None else None
    return (hashed_password or b"").decode()


def _apr1(secret: bytes, salt: bytes) -> str:
    """Return Apache's own hash of a password: that of FreeBSD's MD5 with another name."""
    inner = _md5(secret + salt + secret)
    text = secret + b"$apr1$" + salt + (inner * (len(secret) // 16 + 1))[: len(secret)]
    length = len(secret)
    while length:
        text += b"\0" if length & 1 else secret[:1]
        length >>= 1
    digest = _md5(text)
    for number in range(_APR1_ROUNDS):
        text = secret if number & 1 else digest
        text += salt if number % 3 else b""
        text += secret if number % 7 else b""
        digest = _md5(text + (digest if number & 1 else secret))
    groups = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
    encoded = "".join(
        _letters(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in groups
    )
    return f"$apr1${salt.decode()}${encoded}{_letters(digest[11], 2)}"


def _letters(value: int, count: int) -> str:
    """Return a number in crypt's base 64, its lowest six bits first."""
    return "".join(_LETTERS[value >> 6 * place & 63] for place in range(count))


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
