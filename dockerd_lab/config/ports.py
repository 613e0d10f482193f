"""Reads the port in an address, as configuration files and netstat have it."""

import re


def port_of(address: str) -> int | None:
    """Return the port of an address, or a port alone as a number; None if there is none.

    >>> port_of("[::]:2375"), port_of("2375"), port_of("/run/docker.sock")
    (2375, 2375, None)
    """
    match = re.fullmatch(r"(?:.*:)?([0-9]{1,5})", address, re.DOTALL)
    return int(match[1]) if match else None
