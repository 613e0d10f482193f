"""Reads compose files: which containers get docker.sock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

_SOCKET = "docker.sock"
#: With more aliases than this a document may stand for very much more than its text.
_MAX_ALIASES = 20


@dataclass(frozen=True)
class SocketService:
    """A service of a compose file that gets docker.sock."""

    name: str
    """Its name and its image."""
    line: int
    """The line with the socket."""


def socket_services(text: str) -> Iterator[SocketService]:
    r"""Yield each service that gets docker.sock; one without a name where that cannot be told.

    >>> text = "services:\n  api:\n    image: a/proxy\n    volumes: [/run/docker.sock:/run/d.sock]"
    >>> list(socket_services(text))
    [SocketService(name='api (a/proxy)', line=4)]
    """
    lines = [n for n, line in enumerate(text.splitlines(), 1) if _SOCKET in line]
    services = _services(text)
    names = [name for name, service in services.items() if _SOCKET in str(service)]
    for name in names:
        service = services[name]
        image = service.get("image") if isinstance(service, dict) else None
        begins = re.search(rf"(?m)^\s+[\"']?{re.escape(str(name))}[\"']?\s*:", text)
        start = text.count("\n", 0, begins.start()) + 1 if begins else 1
        line = next((number for number in lines if number >= start), lines[0])
        yield SocketService(f"{name} ({image})" if image else str(name), line)
    if lines and not names:
        yield SocketService("", lines[0])


def _services(text: str) -> dict[object, object]:
    """Return the services of a compose file, also of one without `services`; none if unreadable."""
    if len(re.findall(r"(?m)(?:^|[\s,\[])\*\w", text)) > _MAX_ALIASES:
        return {}
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    if not isinstance(document, dict):
        return {}
    services = document.get("services", document)
    return services if isinstance(services, dict) else {}
