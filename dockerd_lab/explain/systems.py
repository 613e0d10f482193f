"""Tells from a log which system its machines run, where advice for another would be wrong."""

import re

#: What shows a system, the machines it is then known of, and its name.
_SIGNS = [
    (r"//\./pipe/|\\\\\.\\pipe\\|npipe:", "daemon client", "windows"),
    (r"ProgramData\\docker|Start-Service", "daemon client", "windows"),
    (r"connectex:|\bPS [A-Z]:\\|%PATH%|WinError|\b[A-Z]:\\Users\\", "client", "windows"),
    (r"/Users/[^/\s]+/\.(?:docker|colima|rd|orbstack|lima)/", "daemon client", "macos"),
    (r"\brc-(?:service|update)\b|supervise-daemon|start-stop-daemon:|OpenRC", "daemon", "openrc"),
]
_COMPILED = [(re.compile(sign, re.IGNORECASE), on.split(), name) for sign, on, name in _SIGNS]


def systems_in(text: str) -> dict[str, str]:
    r"""The system of each machine of which a text shows it; a machine that is absent may run any.

    >>> systems_in("open //./pipe/docker_engine: Access is denied.")
    {'daemon': 'windows', 'client': 'windows'}
    """
    found: dict[str, str] = {}
    for sign, machines, name in _COMPILED:
        if sign.search(text):
            for machine in machines:
                found.setdefault(machine, name)
    return found
