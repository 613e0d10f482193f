"""Tells which files of other programs leave it as it is whether dockerd starts.

They may open another way in all the same. A program that listens could take dockerd's port: with
TCP hosts of dockerd's own, no such file is left out of account.
"""

import re
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.config.readers import reader_of

#: Programs that listen and forward, and have nothing to do with dockerd's start.
_FORWARDING = ("HAProxy", "Caddy", "Apache", "lighttpd", "stunnel", "Traefik", "Envoy")
#: Files that are read when somebody logs in.
_AT_LOGIN = re.compile(r"/etc/(pam\.d|security)/[\w.-]+")
_UNIT = re.compile(
    r"(/etc|/usr/lib|/lib)/systemd/system/"
    r"(?!docker|containerd|service|socket)[\w@.-]+\.(service|socket|timer|path)(\.d/[\w-]+\.conf)?"
    r"|/etc/systemd/system/docker[\w-]+@?\.(service|socket|timer|path)"
)
#: What a unit may say without a bearing on docker.service.
_KEYS = re.compile(
    r"Description|Documentation|After|Requires|Wants|BindsTo|Condition\w+|WantedBy|DefaultInstance"
    r"|Type|Restart\w*|User|Group|SupplementaryGroups|Standard\w+|IPAddress(Allow|Deny)|Exec\w+"
    r"|ListenStream|ListenDatagram|Socket(Mode|User|Group)|Accept"
    r"|On\w+Sec|OnCalendar|Persistent|RandomizedDelaySec|Path\w+|DynamicUser|NoNewPrivileges"
)
#: Commands that neither stop dockerd nor change its files.
_COMMANDS = re.compile(
    rf"(sleep [\w.]+|true|chmod [\w+=-]+ (/var)?{DOCKER_SOCKET}"
    r"|(socat|ncat|nc) (?!.*(exec|system|shell|-[a-z]*[ec] ))[\w :,./=@-]+"
    rf"|systemd-socket-proxyd [\w :,./=@-]+|docker (container|image|system) prune [\w -]+"
    r"|ssh -N [\w :,./=@-]+|openssl x509 [\w ./-]+)",
    re.IGNORECASE,
)


def leaves_the_start(file: str, text: str | None, *, has_tcp: bool) -> bool:
    """Return whether a file has no bearing on whether dockerd starts.

    `has_tcp` says that dockerd has a TCP port of its own, which another program could take.
    """
    if text is None or has_tcp:
        return False
    if _AT_LOGIN.fullmatch(file):
        return True
    if _UNIT.fullmatch(file):
        return all(map(_is_harmless, units.assignments(file, text)))
    reader = reader_of(file)
    return reader is not None and reader.name in _FORWARDING


def _is_harmless(each: units.Assignment) -> bool:
    """Return whether a line of another unit has no bearing on docker.service."""
    if not _KEYS.fullmatch(each.key):
        return False
    if each.key == "WantedBy":
        return "docker" not in each.value
    if each.key.startswith("Listen"):
        return PurePosixPath(each.value).name != PurePosixPath(DOCKER_SOCKET).name
    if each.key.startswith("Exec"):
        program, _, arguments = each.value.lstrip("-@!+:|").partition(" ")
        return bool(_COMMANDS.fullmatch(f"{PurePosixPath(program).name} {arguments}".strip()))
    return True
