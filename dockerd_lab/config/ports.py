"""The port in an address, as configuration files and netstat have it."""

import re


def port_of(address: str) -> int | None:
    """The port of an address, or a port alone; None where there is none.

    >>> port_of("[::]:2375"), port_of("2375"), port_of("/run/docker.sock")
    (2375, 2375, None)
    """
    found = re.fullmatch(r"(?:.*:)?([0-9]{1,5})", address, re.DOTALL)
    return int(found[1]) if found else None
