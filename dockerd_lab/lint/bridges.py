"""Finds units of the input that hand docker.sock on to a port of the machine."""

import re
from collections.abc import Iterator, Mapping

from dockerd_lab.config import units
from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.config.units import Assignment
from dockerd_lab.config.value import Place, Value
from dockerd_lab.lint.hosts import Door

_UNIT = re.compile(r"/etc/systemd/system/(?!docker\.service)[\w-]+\.service")
#: socat between a port and docker.sock, with options that keep nobody out.
_SOCAT = re.compile(
    r"(/usr/bin/)?socat( -d+| -v| -ly)* TCP4?-L(ISTEN)?:(?P<port>\d{1,5})"
    r"(,(fork|reuseaddr|reuseport|nodelay|keepalive|backlog=\d+|bind=(?P<bind>[\d.]+)))*"
    rf" UNIX(-CONNECT|-CLIENT)?:(/var)?{DOCKER_SOCKET}",
    re.IGNORECASE,
)
#: What a unit with such a command says besides; any other line may keep somebody out.
_PLAIN = re.compile(
    r"Description|Documentation|After|Requires|Wants|BindsTo|WantedBy|Type|Restart\w*|Standard\w+"
    r"|SyslogIdentifier"
)


def bridges(texts: Mapping[str, str]) -> Iterator[Door]:
    """Yield the ports behind which docker.sock is, by units that a boot starts."""
    for file in texts:
        if any(each.startswith(f"{file}.d/") for each in texts):
            continue  # a drop-in may change it
        lines = units.assignments(file, texts[file]) if _UNIT.fullmatch(file) else []
        for each in lines:
            match = _SOCAT.fullmatch(each.value) if is_bridge(each, lines) else None
            if match is not None:
                value = Value(each.value, Place(file, each.line))
                address = match["bind"] or "0.0.0.0"  # noqa: S104  (compared, and not bound)
                yield Door("tcp", address, int(match["port"]), "socat", value)


def is_bridge(line: Assignment, lines: list[Assignment]) -> bool:
    """Return whether a line of a unit is sure to hand docker.sock on to a port."""
    others = [each for each in lines if each is not line]
    return (
        line.key == "ExecStart"
        and _SOCAT.fullmatch(line.value) is not None
        and any(each.key == "WantedBy" for each in others)
        and all(_PLAIN.fullmatch(each.key) for each in others)
    )
