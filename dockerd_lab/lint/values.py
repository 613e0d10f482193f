"""Checks the values of dockerd's settings, as far as files can tell whether it starts with them.

A setting that is not listed here makes it unknown whether dockerd starts.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dockerd_lab.config.value import Place
from dockerd_lab.lint.facts import EngineFacts
from dockerd_lab.lint.flags import Flags
from dockerd_lab.lint.log_options import FAILED, LOG_OPTIONS, REMOTE, SIZE, check_log_options
from dockerd_lab.lint.notes import OPENS, STARTS, Notes

#: Settings that are read elsewhere: by hosts.py, tls.py and exposure.py.
_ELSEWHERE = {
    "hosts",
    "tls",
    "tlscacert",
    "tlscert",
    "tlskey",
    "tlsverify",
    "group",
    "config-file",
    "authorization-plugins",
    "userns-remap",
    "metrics-addr",
}
#: Settings with which dockerd starts whatever their value is, if its type is right.
_ANY = {
    "debug",
    "live-restore",
    "icc",
    "ip-forward",
    "ip-masq",
    "iptables",
    "no-new-privileges",
    "raw-logs",
    "userland-proxy",
    "http-proxy",
    "https-proxy",
    "no-proxy",
    "cgroup-parent",
    "shutdown-timeout",
    "experimental",
    # What containers need, and where it is missing only they do not start.
    "init",
    "selinux-enabled",
}
#: Settings with which dockerd may listen, or run, in other ways than its hosts say.
_MAY_OPEN = {
    "add-runtime",
    "cdi-spec-dirs",
    "containerd",
    "cri-containerd",
    "default-runtime",
    "init-path",
    "network-diagnostic-port",
    "rootless",
    "runtimes",
    "swarm-default-advertise-addr",
    "userland-proxy-path",
}
_LOG_LEVELS = ("panic", "fatal", "error", "warn", "info", "debug", "trace")
_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?"
_RESERVED_LABEL = re.compile(r"(com\.docker|io\.docker|org\.dockerproject)\.", re.IGNORECASE)


def _matches(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _each(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda values: isinstance(values, Sequence) and all(map(check, values))


def _at_least(least: int) -> Callable[[Any], bool]:
    return lambda value: str(value).isdecimal() and int(value) >= least


def _is_address(value: Any) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return isinstance(value, str)


def _is_bridge_address(value: Any) -> bool:
    """Return whether it is an address with its network's prefix, of a size for containers."""
    try:
        interface = ipaddress.IPv4Interface(value)
    except ValueError:
        return False
    network = interface.network
    special = (network.network_address, network.broadcast_address)
    is_usable = interface.is_private and not interface.is_loopback and interface.ip not in special
    return "/" in str(value) and is_usable and network.prefixlen in range(8, 29)


def _is_network_of_containers(values: Mapping[str, Any]) -> bool:
    """Return whether IPv6 is on, with a network that is large enough for containers."""
    try:
        network = ipaddress.IPv6Network(values.get("fixed-cidr-v6"))
    except ValueError:
        return False
    is_usable = network.is_private or network.is_global
    return values.get("ipv6") is True and is_usable and network.prefixlen in range(32, 81)


def _is_pools(value: Any) -> bool:
    """Return whether they are pools of addresses, each with room for a network of its size."""
    if not isinstance(value, list) or not value:
        return False
    for pool in value:
        try:
            base = ipaddress.IPv4Network(pool["base"])
            fits = base.is_private and base.prefixlen <= pool["size"] <= _SMALLEST
        except (ValueError, KeyError, TypeError):
            return False
        if not fits or set(pool) != {"base", "size"}:
            return False
    return True


#: The longest prefix of a network for containers that is taken for granted.
_SMALLEST = 28


def _is_runtimes(value: Any) -> bool:
    """Return whether they are programs of the host's own, by name or where packages have them."""
    return isinstance(value, dict) and all(
        isinstance(each, dict)
        and set(each) <= {"path", "runtimeArgs", "args"}
        and _matches(r"(/usr(/local)?/s?bin/)?[\w.-]+")(each.get("path"))
        and _each(_matches(r"[\w=./-]+"))(each.get("runtimeArgs") or [])
        for each in value.values()
    )


def _is_builder(value: Any) -> bool:
    """Return whether it turns the build cache's collection on or off, and nothing else."""
    collection = value.get("gc") if isinstance(value, dict) and set(value) <= {"gc"} else None
    if not isinstance(collection, dict) or not set(collection) <= {"enabled", "defaultKeepStorage"}:
        return False
    size = collection.get("defaultKeepStorage", "1GB")
    return type(collection.get("enabled", True)) is bool and _matches(SIZE)(size)


def _is_ulimits(value: Any) -> bool:
    """Return whether they are limits of processes, written as objects."""
    if not isinstance(value, dict):
        return False
    for name, limit in value.items():
        if not isinstance(limit, dict) or not {"Hard", "Soft"} <= set(limit) <= _LIMIT:
            return False
        if limit.get("Name", name) != name or name not in _LIMITS:
            return False
        hard, soft = limit["Hard"], limit["Soft"]
        if type(hard) is not int or type(soft) is not int or not (soft <= hard or hard == -1):
            return False
    return True


_LIMIT = {"Name", "Hard", "Soft"}
_LIMITS = ("nofile", "nproc", "memlock", "core", "stack", "fsize", "cpu")

#: Settings of which is only unknown whether dockerd starts with them.
_NEVER = """
    allow-nondistributable-artifacts cpu-rt-period cpu-rt-runtime default-gateway
    default-gateway-v6 dns-opts fixed-cidr fixed-cidr-v6 host-gateway-ip host-gateway-ips ip
    network-control-plane-mtu oom-score-adjust storage-opts
"""
#: Checks by key: dockerd starts with a value that passes.
_CHECKS: dict[str, Callable[[Any], bool]] = {
    "log-level": lambda value: str(value).lower() in _LOG_LEVELS[:6],
    "log-format": lambda value: value in ("text", "json"),
    "log-driver": lambda value: value in (*LOG_OPTIONS, *REMOTE),
    "labels": _each(lambda each: "=" in each[1:] and not _RESERVED_LABEL.match(each)),
    "dns": _each(_is_address),
    "dns-search": _each(_matches(r"([a-z0-9-]+\.)*[a-z][a-z0-9-]*")),
    "insecure-registries": _each(_matches(rf"{_HOST}|\d+(\.\d+){{3}}/\d\d?")),
    "registry-mirrors": _each(_matches(rf"https?://{_HOST}/?")),
    "exec-opts": _each(_matches("native.cgroupdriver=(systemd|cgroupfs)")),
    "storage-driver": lambda value: value in ("overlay2", "btrfs", "zfs"),
    "exec-root": _matches(r"/var/run/docker|/run/docker"),
    "pidfile": _matches(r"(/var)?/run/docker\.pid"),
    "containerd": _matches(r"(/var)?/run/containerd/containerd\.sock"),
    "max-concurrent-downloads": _at_least(1),
    "max-concurrent-uploads": _at_least(1),
    "max-download-attempts": _at_least(1),
    "mtu": lambda value: str(value).isdecimal() and 1280 <= int(value) <= 9000,  # noqa: PLR2004
    "bip": _is_bridge_address,
    "bridge": lambda value: value in ("none", "docker0", ""),
    "default-address-pools": _is_pools,
    "default-runtime": lambda value: value == "runc",
    "runtimes": _is_runtimes,
    "default-shm-size": _matches(SIZE),
    "default-cgroupns-mode": lambda value: value in ("host", "private"),
    "default-ipc-mode": lambda value: value in ("private", "shareable"),
    "default-ulimits": _is_ulimits,
    "features": lambda value: isinstance(value, dict) and set(value) <= {"buildkit", "cdi"},
    "builder": _is_builder,
    "ipv6": lambda value: value is False,
    "ip6tables": lambda value: value is False,
    "seccomp-profile": _matches(r"(/[\w.-]+)+"),
    "node-generic-resources": _each(_matches(r"[\w-]+=[\w-]+")),
}


def settings(flags: Flags, file: Mapping[str, Any], facts: EngineFacts) -> dict[str, Any]:
    """Return dockerd's settings by key, from its file and from its flags."""
    result = dict(file)
    for name in flags.values:
        key = facts.flags[name].key or name
        known = facts.keys.get(key)
        values = list(flags.values[name])
        if facts.flags[name].type == "bool":
            result[key] = flags.switch(name)
        elif known is not None and known.type.startswith("[]"):
            result[key] = values
        elif known is not None and known.type.startswith("map"):
            result[key] = dict(each.partition("=")[::2] for each in values)
        else:
            result[key] = values[-1]
    return result


def check_values(values: Mapping[str, Any], path: str, facts: EngineFacts, notes: Notes) -> None:
    """Note the settings with which dockerd does not start, or with which that is not known.

    `path` is that of daemon.json, and `values` are all settings by key.
    """
    for key, value in values.items():
        known = facts.keys.get(key)
        is_empty = value == [] and known is not None and known.type.startswith("[]")
        if key in _ELSEWHERE or key in _ANY or value is None or is_empty:
            continue
        if known is not None and known.type == "ignored":
            continue
        if key in ("ipv6", "fixed-cidr-v6") and _is_network_of_containers(values):
            continue
        if key == "data-root" and _matches(r"(/[\w.-]+)+/?")(value):
            notes.assume(f"{value} exists, and is fit for images and containers")
        elif key == "log-opts":
            check_log_options(value, values.get("log-driver", "json-file"), notes)
        elif key == "default-runtime" and _is_runtimes(values.get("runtimes")):
            if value != "runc" and value not in values["runtimes"]:
                _doubt(key, value, path, notes)
        elif key in _CHECKS:
            if not _CHECKS[key](value):
                _doubt(key, value, path, notes)
        else:
            _doubt(key, value, path, notes)
    if values.get("bip") and values.get("bridge"):
        notes.fail(_BOTH_BRIDGES, Place(path), '"bip"')


_BOTH_BRIDGES = (
    f"{FAILED}You specified -b & --bip, mutually exclusive options. Please specify only one."
)


def _doubt(key: str, value: Any, path: str, notes: Notes) -> None:
    shown = str(value)[:60]
    is_known = key in _CHECKS or key in _NEVER.split()
    questions = (STARTS,) if is_known and key not in _MAY_OPEN else (STARTS, OPENS)
    notes.doubt(f"what dockerd does with {key} = {shown}", Place(path), *questions)
