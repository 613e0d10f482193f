"""Recognises where a single file belongs on the machine, by its name or its content."""

import re
from pathlib import PurePosixPath

from dockerd_lab.config.config_files import path_of_name
from dockerd_lab.config.paths import (
    DAEMON_JSON,
    DEFAULTS,
    IPTABLES,
    NFTABLES,
    SYSCONFIG,
    UNITS,
)

#: Suffixes of templates and examples, which follow the real file name.
TEMPLATES = (".j2", ".jinja2", ".erb", ".tmpl", ".tpl", ".template", ".example", ".sample")
#: An ExecStart= that starts the daemon, also by `docker daemon` as before 2017.
_STARTS_DOCKERD = r"ExecStart=.*(\bdockerd\b|/docker(-current)?\s+(-d|daemon)\b)"


def recognise_destination(path: PurePosixPath, text: str) -> str | None:
    r"""Return where a user's file `path` belongs on the machine; None if it is not recognised.

    >>> recognise_destination(PurePosixPath("override.conf"), "[Service]\nExecStart=\n")
    '/etc/systemd/system/docker.service.d/override.conf'
    """
    text = text.removeprefix("\ufeff")
    while path.suffix in TEMPLATES:  # a template's values are not known: it is taken as it is
        path = path.with_suffix("")
    return _by_name(path, text) or _by_content(path.name, text)


def _by_name(path: PurePosixPath, text: str) -> str | None:
    name, above = path.name, path.parent.name
    if (destination := path_of_name(path)) is not None:
        return destination
    # A drop-in keeps its name. The verdict reports a name that does not end in .conf.
    if above.endswith((".service.d", ".socket.d")):
        return f"{UNITS}/{above}/{name}"
    if above == "sysconfig" and name.startswith("docker"):
        return f"/etc/sysconfig/{name}"
    if name.endswith(".socket") and _has_section(text, "Socket"):
        return f"{UNITS}/{name}"
    return None


def _by_content(name: str, text: str) -> str | None:
    destination = (
        _from_systemd(name, text)
        or _from_options(text)
        or _from_nginx(name, text)
        or _from_firewall(text)
    )
    is_other_json = (
        '"auths"' in text or '"defaultAction"' in text
    )  # the docker client's, or seccomp's
    may_be_json = name.endswith(".json") or name == "-"  # standard input has no name
    is_json_object = may_be_json and text.lstrip().startswith("{") and not is_other_json
    return destination or (DAEMON_JSON if is_json_object else None)


def _from_systemd(name: str, text: str) -> str | None:
    for kind in ("Service", "Socket"):
        if _has_section(text, kind):
            return _unit_path(name, f"docker.{kind.lower()}", text)
    if name.endswith(".conf") and _has_line(r"(ExecStart|EnvironmentFile|Environment)=", text):
        return f"{UNITS}/docker.service.d/{name}"  # it lacks a section, which the verdict reports
    return None


def _from_options(text: str) -> str | None:
    # An old file for Upstart sets it as well, in a script.
    if _has_line(r"#?[ \t]*(export[ \t]+)?DOCKER_OPTS=", text) and not _has_line(
        "(start on|script)", text
    ):
        return DEFAULTS
    return SYSCONFIG if _has_line(r"OPTIONS=['\"]?.*-", text) else None


def _from_firewall(text: str) -> str | None:
    if _has_line(r"\*filter$", text):
        return IPTABLES
    if text.startswith("#!/usr/sbin/nft") or _has_line(r"table (inet|ip6?) ", text):
        return NFTABLES
    return None


def _from_nginx(name: str, text: str) -> str | None:
    if not _has_line(r"[ \t]*(server|stream)\s*\{", text):
        return None
    if _has_line(r"[ \t]*events\s*\{", text):
        return "/etc/nginx/nginx.conf"
    if _has_line(r"[ \t]*stream\s*\{", text):
        # Debian's nginx.conf includes this directory outside of its http{}.
        return f"/etc/nginx/modules-enabled/90-{_drop_in_name(name)}"
    return f"/etc/nginx/sites-enabled/{name}"


def _unit_path(name: str, unit: str, text: str) -> str:
    """Return where a unit or a drop-in goes whose name is not that of `unit`, docker's own."""
    is_whole_unit = name.endswith((".service", ".socket")) or _has_line(
        "(ExecStart|Listen[A-Z][a-z]+)=", text
    )
    if name.endswith(".conf") or not _has_section(text, "Unit") or not is_whole_unit:
        return f"{UNITS}/{unit}.d/{_drop_in_name(name)}"
    # A whole unit with another name is meant as docker's unit if it starts the daemon.
    is_other_unit = name.endswith(".service") and not _has_line(_STARTS_DOCKERD, text)
    return f"{UNITS}/{name if is_other_unit else unit}"


def _has_section(text: str, name: str) -> bool:
    return _has_line(rf"\[{name}\]\s*$", text)


def _has_line(pattern: str, text: str) -> bool:
    """Return whether a line of the text begins with the pattern."""
    return re.search(f"^{pattern}", text, re.MULTILINE) is not None


def _drop_in_name(name: str) -> str:
    """Return a name that systemd accepts for a drop-in."""
    return name if name.endswith(".conf") else f"{name}.conf"
