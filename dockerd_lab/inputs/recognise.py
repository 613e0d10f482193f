"""Tells where a single file belongs on the machine, by its name or by what is in it."""

import re
from pathlib import PurePosixPath

from dockerd_lab.config.paths import (
    DAEMON_JSON,
    DEFAULTS,
    IP6TABLES,
    IPTABLES,
    NFTABLES,
    SYSCONFIG,
    UNITS,
)

#: What a file that is still to be filled in, or to be copied, has after its name.
_TEMPLATES = (".j2", ".jinja2", ".erb", ".tmpl", ".tpl", ".template", ".example", ".sample")
#: Endings of files that are read, not only installed; they must be text.
_TEXT = (".json", ".conf", ".service", ".socket")
#: An ExecStart= that starts the daemon, also as `docker` did before 2017.
_STARTS_DOCKERD = r"ExecStart=.*(\bdockerd\b|/docker(-current)?\s+(-d|daemon)\b)"


def place(path: PurePosixPath, text: str) -> str | None:
    r"""The path on the machine of a file that was given as `path`; None where it is not recognised.

    >>> place(PurePosixPath("override.conf"), "[Service]\nExecStart=\n")
    '/etc/systemd/system/docker.service.d/override.conf'
    """
    text = text.removeprefix("\ufeff")
    while path.suffix in _TEMPLATES:  # what it is filled in with is not known: judged as it lies
        path = path.with_suffix("")
    return _by_name(path, text) or _by_content(path.name, text)


def is_text(installed: str) -> bool:
    """Whether a file on the machine is one that this room reads.

    >>> is_text("/etc/docker/daemon.json"), is_text("/etc/docker/tls/key.der")
    (True, False)
    """
    return (
        installed.endswith(_TEXT)
        or installed in (DEFAULTS, IPTABLES, IP6TABLES)
        or installed.startswith(SYSCONFIG)
    )


def _by_name(path: PurePosixPath, text: str) -> str | None:
    name, above = path.name, path.parent.name
    known = {
        "daemon.json": DAEMON_JSON,
        "nftables.conf": NFTABLES,
        "nginx.conf": "/etc/nginx/nginx.conf",
        "docker.service": f"{UNITS}/docker.service",
        "docker.socket": f"{UNITS}/docker.socket",
    }
    if name in known:
        return known[name]
    # Whatever it is called: under another name than *.conf it has no effect, which is to be seen.
    if above.endswith((".service.d", ".socket.d")):
        return f"{UNITS}/{above}/{name}"
    if (above, name) == ("default", "docker"):
        return DEFAULTS
    if above == "sysconfig" and name.startswith("docker"):
        return f"/etc/sysconfig/{name}"
    if name.endswith(".socket") and _section(text, "Socket"):
        return f"{UNITS}/{name}"
    return None


def _by_content(name: str, text: str) -> str | None:
    found = _of_systemd(name, text) or _options(text) or _of_nginx(name, text) or _rules(text)
    others = '"auths"' in text or '"defaultAction"' in text  # a client's, and of seccomp
    json = name.endswith(".json") and text.lstrip().startswith("{") and not others
    return found or (DAEMON_JSON if json else None)


def _of_systemd(name: str, text: str) -> str | None:
    for kind in ("Service", "Socket"):
        if _section(text, kind):
            return _unit(name, f"docker.{kind.lower()}", text)
    if name.endswith(".conf") and _line(r"(ExecStart|EnvironmentFile|Environment)=", text):
        return f"{UNITS}/docker.service.d/{name}"  # without its section, as will be seen
    return None


def _options(text: str) -> str | None:
    # Upstart's file of old, a script within, sets it too.
    if _line(r"#?[ \t]*(export[ \t]+)?DOCKER_OPTS=", text) and not _line("(start on|script)", text):
        return DEFAULTS
    return SYSCONFIG if _line(r"OPTIONS=['\"]?.*-", text) else None


def _rules(text: str) -> str | None:
    if _line(r"\*filter$", text):
        return IPTABLES
    if text.startswith("#!/usr/sbin/nft") or _line(r"table (inet|ip6?) ", text):
        return NFTABLES
    return None


def _of_nginx(name: str, text: str) -> str | None:
    if not _line(r"[ \t]*(server|stream)\s*\{", text):
        return None
    if _line(r"[ \t]*events\s*\{", text):
        return "/etc/nginx/nginx.conf"
    if _line(r"[ \t]*stream\s*\{", text):
        # Debian's nginx.conf includes this directory outside of its http{}.
        return f"/etc/nginx/modules-enabled/90-{_conf(name)}"
    return f"/etc/nginx/sites-enabled/{name}"


def _unit(name: str, unit: str, text: str) -> str:
    """Where a unit or drop-in goes that is not called like `unit`, which is docker's."""
    whole = name.endswith((".service", ".socket")) or _line("(ExecStart|Listen[A-Z][a-z]+)=", text)
    if name.endswith(".conf") or not _section(text, "Unit") or not whole:
        return f"{UNITS}/{unit}.d/{_conf(name)}"
    # A whole unit under another name is meant for docker's as well, if it starts the daemon.
    another = name.endswith(".service") and not _line(_STARTS_DOCKERD, text)
    return f"{UNITS}/{name if another else unit}"


def _section(text: str, name: str) -> bool:
    return _line(rf"\[{name}\]\s*$", text)


def _line(pattern: str, text: str) -> bool:
    """Whether a line of the text begins so."""
    return re.search(f"^{pattern}", text, re.MULTILINE) is not None


def _conf(name: str) -> str:
    """The name under which systemd reads a drop-in."""
    return name if name.endswith(".conf") else f"{name}.conf"
