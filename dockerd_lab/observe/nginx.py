"""By which names and below which paths nginx may hand the API on, in what `nginx -T` has read."""

import re
from collections.abc import Iterable

#: Asked on `daemon`; nothing where no nginx runs. Its own files, not what somebody wrote somewhere.
DUMP = "[ ! -s /run/nginx.pid ] || timeout 20 nginx -T 2>/dev/null"
#: More of each are not tried: every one is a request, or a whole measurement.
_FEW = 8


def names(dump: str) -> list[str]:
    """The names of its servers; where one stands for many, one of them.

    >>> names("server { server_name _ docker_api.example.com *.example.org docker.* ~^x; }")
    ['docker_api.example.com', 'lab.example.org', 'docker.lab']
    """
    words = [w for found in _directives(r"server_name\s+([^;{}]+);", dump) for w in found.split()]
    whole = (re.sub(r"^\*?\.", "lab.", word.strip("\"'")) for word in words)
    one = (re.sub(r"\.\*$", ".lab", name) for name in whole)
    label = "[A-Za-z0-9_-]{1,63}"  # longer ones no TLS can ask for
    return _first_few(
        name for name in one if name != "_" and re.fullmatch(rf"({label}\.)*{label}", name)
    )


def prefixes(dump: str) -> list[str]:
    """The paths of its locations, as far as they are literal, without the slash at the end.

    >>> prefixes("location / { } location ^~ /docker/ { } location ~ ^/api(/.*)?$ { }")
    ['/docker', '/api']
    """
    plain = r"location\s+(?:=\s*|\^~\s*)?[\"']?(/[^\s{}\"']*)[\"']?\s*\{"
    pattern = r"location\s+~\*?\s*[\"']?\^(/[\w/-]*)(?=\(/|/|\$)"
    found = _directives(f"(?:{plain}|{pattern})", dump)
    return _first_few(path.rstrip("/") for path in found if path.strip("/"))


def _directives(pattern: str, dump: str) -> list[str]:
    bare = re.sub(r"(^|\s)#.*", r"\1", dump, flags=re.MULTILINE)
    every = re.finditer(rf"(?<![^;{{}}\s]){pattern}", bare)
    return [next(group for group in found.groups() if group) for found in every]


def _first_few(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))[:_FEW]
