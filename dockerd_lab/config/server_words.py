"""Makes of words in a proxy's configuration the names and paths at which its servers are tried."""

import re
from collections.abc import Iterable

#: At most this many paths and fields are tried: each costs a request.
MAX_WORDS = 64
#: At most this many names are tried: each costs a whole measurement.
MAX_NAMES = 8
#: Headers that every request has, or that change how it is answered.
_OWN_HEADERS = ("host", "connection", "upgrade", "expect", "te", "transfer-encoding")
#: A path of Docker's API, perhaps with a version, and the place where one begins in another path.
_API_PATH = re.compile(
    r"(/v\d[\d.]*)?/(v\d[\d.]*|_ping|auth|build|commit|configs|containers|distribution|events|exec"
    r"|grpc|images|info|networks|nodes|plugins|secrets|services|session|swarm|system|tasks|version"
    r"|volumes)(/.*)?$"
)


def names(words: Iterable[str]) -> list[str]:
    """Return the first few words that are names of hosts; for a wildcard, one that matches.

    >>> names(["_", "*.example.org", "docker.*", "~^x"])
    ['lab.example.org', 'docker.lab']
    """
    expanded = (re.sub(r"^\*?\.", "lab.", word.strip("\"'")) for word in words)
    candidates = (re.sub(r"\.\*?$", ".lab", name) for name in expanded)
    label = "[A-Za-z0-9_][A-Za-z0-9_-]{0,62}"  # TLS cannot ask for a longer one
    valid = (name for name in candidates if re.fullmatch(rf"({label}\.)*{label}", name))
    return limit(name for name in valid if name != "_")[:MAX_NAMES]


def prefixes(paths: Iterable[str]) -> list[str]:
    """Return the first few paths, without what is the API's in them and without a last slash.

    >>> prefixes(["/docker/", "/engine/v1.41/containers/create", "/"])
    ['/docker', '/engine']
    """
    literal = (_API_PATH.sub("", path).rstrip("/") for path in paths)
    return limit(path for path in literal if path)


def headers(words: Iterable[str]) -> list[str]:
    """Return the first few names of headers that may be sent with any value."""
    return limit(name for name in words if name.lower() not in _OWN_HEADERS)


def limit(words: Iterable[str]) -> list[str]:
    """Return the first few different words."""
    return list(dict.fromkeys(words))[:MAX_WORDS]
