"""Writes the shell scripts that put a user's configuration into effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from dockerd_lab.config import units
from dockerd_lab.config.paths import FIREWALLS
from dockerd_lab.config.script_commands import starts
from dockerd_lab.inputs.input import Input
from dockerd_lab.machine_paths import PROVISION_EXIT_CODE_FILE
from dockerd_lab.standins.dockerd_path import dockerd_path_lines
from dockerd_lab.standins.enabled_units import enable_units, link_lines
from dockerd_lab.standins.proxies import ProxySetup, set_up_proxies, setup_lines
from dockerd_lab.standins.services import (
    KEEP_SSH_OPEN,
    has_firewall,
    restart_script,
    start_services,
)
from dockerd_lab.standins.stand_in_lines import device_line, stand_in_lines
from dockerd_lab.standins.stand_ins import StandIns

#: docker0's network, unless `bip` sets another.
_DOCKER0 = ip_network("172.17.0.0/16")
#: Seconds that the user's own script may take.
PROVISION_LIMIT = 150
#: The file names of the user's scripts in the configuration's directory.
_USER_SCRIPT_NAMES = {"case-provision": "provision.sh", "user-provision": "--provision"}


@dataclass(frozen=True)
class WrittenScripts:
    """What the written scripts do, and what to observe besides docker.service."""

    services: tuple[str, ...]
    """Units that the scripts start, besides docker's; they must be active."""
    script_services: tuple[str, ...]
    """Units that the user's script may restart or stop; they must not have failed."""
    stand_in_notes: tuple[str, ...]
    """What the scripts do that the input does not say."""
    user_scripts: tuple[str, ...]
    """The texts of the user's scripts."""
    script_names: tuple[str, ...]
    """What the user calls these scripts."""
    proxies: tuple[ProxySetup, ...] = ()
    """The proxies that the scripts set up where their packages are installed."""


def write_scripts(
    inputs: Input, stand_ins: StandIns, address: str, *, allow_stand_ins: bool
) -> WrittenScripts:
    """Write provision.sh, restart.sh and start.sh into the input's directory, as far as needed.

    `address` is the daemon's in the lab. Without `allow_stand_ins` nothing is enabled, loaded or
    restarted that the input itself does not, except for dockerd after the files are installed; and
    dockerd is only where the packages have it.
    """
    lines = [] if allow_stand_ins else dockerd_path_lines(inputs)
    lines += [*link_lines(inputs), *stand_in_lines(stand_ins, address)]
    user_scripts = _user_scripts(inputs)  # provision.sh is written over below
    texts = tuple(text.decode(errors="replace") for text in user_scripts.values())
    services: tuple[str, ...] = ()
    script_services: tuple[str, ...] = ()
    notes: list[str] = []
    proxies: list[ProxySetup] = []
    if allow_stand_ins and not inputs.complete:
        proxies = set_up_proxies(inputs, texts)
        lines += _interface_lines(inputs, stand_ins, address)
        started = start_services(inputs)
        enabled = enable_units(inputs)
        lines += [*started.lines, *enabled.lines]
        lines += [line for proxy in proxies for line in setup_lines(proxy)]
        notes += [*started.notes, *enabled.notes]
        services = started.services
        if has_firewall(inputs):
            lines.append(KEEP_SSH_OPEN)
            notes.append("port 22: open for the harness's ssh, whatever the firewall says")
        if "nginx" in "".join(texts) and "nginx.service" not in services:
            lines.append("systemctl start nginx.service || true")
            script_services = ("nginx.service",)
            notes.append("nginx: started before the script, as Debian's package leaves it")
    lines += _user_script_lines(inputs.directory, user_scripts)
    if lines:
        inputs.directory.joinpath("provision.sh").write_text(
            "\n".join(["#!/bin/sh", "set -eu", *lines, ""]), encoding="utf-8"
        )
    if inputs.command is not None:
        inputs.directory.joinpath("start.sh").write_text(inputs.command.script, encoding="utf-8")
    elif not inputs.complete:
        notes += _write_restart(inputs, texts, allow_stand_ins=allow_stand_ins)
    return WrittenScripts(
        services=services,
        script_services=script_services,
        stand_in_notes=tuple(notes),
        user_scripts=texts,
        script_names=tuple(_USER_SCRIPT_NAMES[name] for name in user_scripts),
        proxies=tuple(proxies),
    )


def _write_restart(inputs: Input, scripts: Sequence[str], *, allow_stand_ins: bool) -> list[str]:
    """Write how the input is brought into effect; return what of that the input does not say.

    A restart.sh of the input itself is kept.
    """
    restart = inputs.directory / "restart.sh"
    sockets = units.socket_unit_names(inputs.texts)
    if restart.exists():
        return []
    if not allow_stand_ins:
        if scripts:
            (inputs.directory / "no-restart").touch()
        return []
    notes = []
    if sockets:
        restart.write_text(restart_script(sockets), encoding="utf-8")
        notes += [f"{socket}: restarted, so that systemd listens as it says" for socket in sockets]
    if scripts and not starts("docker.service", scripts):
        notes.append("docker.service: restarted after the script, which does not restart it")
    return notes


def route_command(stand_ins: StandIns, own_address: str) -> str | None:
    """Return the command with which another machine reaches the added addresses; None without any.

    `own_address` is that machine's own address. Addresses in docker0's network are left out: every
    machine with dockerd has that network itself.
    """
    addresses = [address for address in stand_ins.addresses if ip_address(address) not in _DOCKER0]
    if not addresses:
        return None
    return device_line(own_address) + "; ".join(
        f'ip route replace {address} dev "$device"' for address in addresses
    )


def _interface_lines(inputs: Input, stand_ins: StandIns, address: str) -> list[str]:
    """Return the lines that put the machine's network interface into the rules of a firewall."""
    if stand_ins.interface is None:
        return []
    files = [file for file in FIREWALLS if inputs.has(file)]
    return [
        device_line(address) + 'test -n "$device"',
        *(f'sed -i "s/\\b{stand_ins.interface}\\b/$device/g" {file}' for file in files),
    ]


def _user_script_lines(directory: Path, user_scripts: Mapping[str, bytes]) -> list[str]:
    """Write the user's scripts into the directory, and return the lines that run them.

    The exit code of one that fails is kept.
    """
    lines = []
    for name, script in user_scripts.items():
        copy = directory / name
        copy.write_bytes(script)
        copy.chmod(0o755)
        shell = "" if script.startswith(b"#!") else "sh "
        # A background process of the script may stay, but must not hold the connection open.
        lines.append(
            f"timeout --kill-after 5 {PROVISION_LIMIT} {shell}./{name} </dev/null >{name}.log 2>&1"
            f" || echo $? >{PROVISION_EXIT_CODE_FILE}"
        )
        lines.append(f"cat {name}.log")
    if not lines:
        return []
    # Otherwise systemd may refuse the next start because the script restarted docker too often.
    reset_failed = "systemctl reset-failed docker.service 2>/dev/null || true"
    return [f"rm -f {PROVISION_EXIT_CODE_FILE}", *lines, reset_failed]


def _user_scripts(inputs: Input) -> dict[str, bytes]:
    """Return the user's scripts by their file names in the configuration's directory."""
    copy = inputs.directory / "provision.sh"
    provision = copy.read_bytes() if copy.exists() else None
    scripts = dict(zip(_USER_SCRIPT_NAMES, (provision, inputs.provision), strict=True))
    return {name: script for name, script in scripts.items() if script is not None}
