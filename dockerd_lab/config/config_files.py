"""Defines which files on a machine are configuration that the lab reads.

A new kind of file is a line of CONFIG_FILES. Its text is in the input then, a single file of that
name is recognised, and it is read again if a script or a fix may have changed it.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from dockerd_lab.config import proxies
from dockerd_lab.config.paths import (
    CONTAINERD,
    DAEMON_JSON,
    DEFAULTS,
    IP6TABLES,
    IPTABLES,
    NFTABLES,
    NGINX,
    SYSCONFIG,
    UNITS,
)


@dataclass(frozen=True)
class ConfigFile:
    """A configuration file, or several by a pattern. It must be text."""

    pattern: str
    """Its path on the machine. As in fnmatch and in find, `*` matches slashes, too."""
    name: str = ""
    """The end of a user's path by which it is recognised; `pattern` is its path then."""


CONFIG_FILES = (
    ConfigFile(DAEMON_JSON, "daemon.json"),
    ConfigFile(f"{UNITS}/docker.service", "docker.service"),
    ConfigFile(f"{UNITS}/docker.socket", "docker.socket"),
    ConfigFile(DEFAULTS, "default/docker"),
    ConfigFile(f"{SYSCONFIG}*"),
    ConfigFile(CONTAINERD),
    ConfigFile(f"{NGINX}/nginx.conf", "nginx.conf"),
    ConfigFile("/etc/haproxy/haproxy.cfg", "haproxy.cfg"),
    ConfigFile("/etc/caddy/Caddyfile", "Caddyfile"),
    ConfigFile("/etc/stunnel/stunnel.conf", "stunnel.conf"),
    ConfigFile(NFTABLES, "nftables.conf"),
    ConfigFile(IPTABLES),
    ConfigFile(IP6TABLES),
    ConfigFile("*htpasswd*"),
    ConfigFile("*.conf"),
    ConfigFile("*.json"),
    ConfigFile("*.nft"),
    ConfigFile("*.automount"),
    ConfigFile("*.mount"),
    ConfigFile("*.path"),
    ConfigFile("*.service"),
    ConfigFile("*.socket"),
    ConfigFile("*.target"),
    ConfigFile("*.timer"),
)
#: Where these files may lie; those that a script or a fix has changed are looked for there.
CONFIG_DIRECTORIES = (
    "/etc/docker",
    "/etc/default/docker",
    "/etc/sysconfig",
    UNITS,
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    NFTABLES,
    "/etc/iptables",
    "/etc/containerd",
    *proxies.directories(),
)


def is_config_file(installed: str) -> bool:
    """Return whether a file on the machine is configuration that the lab reads.

    >>> is_config_file("/etc/docker/daemon.json"), is_config_file("/etc/docker/tls/key.der")
    (True, False)
    """
    return any(fnmatchcase(installed, file.pattern) for file in CONFIG_FILES)


def path_of_name(path: PurePosixPath) -> str | None:
    """Return the path on the machine of a user's file, by its name; None if that says nothing.

    >>> path_of_name(PurePosixPath("roles/default/docker"))
    '/etc/default/docker'
    """
    matches = (file for file in CONFIG_FILES if file.name and f"/{path}".endswith(f"/{file.name}"))
    return next((file.pattern for file in matches), None)
