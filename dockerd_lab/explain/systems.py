"""Recognises from a log which system the machines run: steps for another one would be wrong."""

import re

#: A pattern that shows a system, the machines that run it then, and its name.
_SIGNS = [
    # A library that names all it knows runs anywhere.
    (
        r"^(?!.*(?:docker\.sock|unix://)).*(?://\./pipe/|\\\\\.\\pipe\\|npipe:)",
        "daemon client",
        "windows",
    ),
    (r"ProgramData\\docker|Start-Service|services\.msc|NET HELPMSG", "daemon client", "windows"),
    (r"NamedPipeClientStream|pywintypes|\bdockerd\.exe\b", "daemon client", "windows"),
    (r"connectex:|\bPS [A-Z]:\\|%PATH%|WinError|\b[A-Z]:\\Users\\", "client", "windows"),
    (r"/Users/[^/\s]+/\.(?:docker|colima|rd|orbstack|lima)/", "daemon client", "macos"),
    (r"(?<!/[a-z])/Users/[^/\s]+/|OS/Arch: *darwin", "client", "macos"),
    (r"\brc-(?:service|update)\b|supervise-daemon|start-stop-daemon:|OpenRC", "daemon", "openrc"),
    (r"\* ERROR: \S+ failed to start|/etc/conf\.d/docker|/var/log/docker\.log", "daemon", "openrc"),
]
_FLAGS = re.IGNORECASE | re.MULTILINE
_COMPILED = [(re.compile(sign, _FLAGS), on.split(), name) for sign, on, name in _SIGNS]


def systems_in(text: str) -> dict[str, str]:
    r"""Return the systems that a text shows, by machine; a machine that is absent may run any.

    >>> systems_in("open //./pipe/docker_engine: Access is denied.")
    {'daemon': 'windows', 'client': 'windows'}
    """
    systems: dict[str, str] = {}
    for sign, machines, name in _COMPILED:
        if sign.search(text):
            for machine in machines:
                systems.setdefault(machine, name)
    return systems
