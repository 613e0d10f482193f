"""Writes the shell scripts that put a user's configuration into effect."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path, PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import CONTAINERD, FIREWALLS, IP6TABLES, IPTABLES, NFTABLES
from dockerd_lab.inputs.input import Input
from dockerd_lab.machine_paths import PROVISION_CODE
from dockerd_lab.standins.shell_lines import directory_of
from dockerd_lab.standins.stand_ins import StandIns

#: docker0's network, unless `bip` sets another.
_DOCKER0 = ip_network("172.17.0.0/16")
#: Seconds that the user's own script may take.
PROVISION_LIMIT = 150
#: Accepts port 22 in every chain that filters it, since the harness connects by ssh.
_KEEP_SSH_OPEN = """\
nft list chains | awk '
    $1 == "table" { table = $2 " " $3 }
    $1 == "chain" { chain = $2 }
    /type filter hook (input|prerouting)/ && table ~ /^i/ { print table, chain, "dport" }
    /hook output/ && table ~ /^i/ { print table, chain, "sport" }
' | while read -r family table chain port; do
    nft insert rule "$family" "$table" "$chain" tcp "$port" 22 accept
done"""
#: Programs that are not installed on the machines, by their directory in /etc.
_ABSENT_PROGRAMS = ("apache2", "caddy", "envoy", "firewalld", "haproxy", "httpd", "traefik", "ufw")
#: What the lab loads though the input does not say so, by the file.
_LOADED_BY_THE_LAB = {
    NFTABLES: "nftables.service: started; Debian ships it disabled: systemctl enable nftables",
    IPTABLES: f"{IPTABLES}: loaded, as a boot does with the package iptables-persistent",
    IP6TABLES: f"{IP6TABLES}: loaded, as a boot does with the package iptables-persistent",
}
#: Units that the lab starts or restarts if the input has them.
_STARTED = (
    "containerd.service",
    "docker.service",
    "docker.socket",
    "nftables.service",
    "nginx.service",
)
#: The keys with which docker.service starts other units.
_PULLS_IN = ("Requires", "Wants", "BindsTo")
#: The file names of the user's scripts in the configuration's directory.
_USER_SCRIPT_NAMES = ("own-provision", "given-provision")


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
    notes: tuple[str, ...]
    """What the scripts do not do."""


def write_scripts(inputs: Input, stand_ins: StandIns, address: str) -> WrittenScripts:
    """Write provision.sh, restart.sh and start.sh into the input's directory, as far as needed.

    `address` is the daemon's in the lab.
    """
    lines = _stand_in_lines(stand_ins, address)
    rule_files = [file for file in FIREWALLS if inputs.has(file)]
    services: list[str] = []
    stand_in_notes: list[str] = []
    if not inputs.complete:
        if stand_ins.card is not None:
            lines.append(_device(address) + 'test -n "$device"')
            lines += [f'sed -i "s/\\b{stand_ins.card}\\b/$device/g" {file}' for file in rule_files]
        for service, service_lines in (
            _containerd_lines(inputs),
            _nginx_lines(inputs),
            _nftables_lines(inputs),
            _iptables_lines(inputs),
        ):
            lines += service_lines
            services += [service] if service else []
        stand_in_notes += [note for file, note in _LOADED_BY_THE_LAB.items() if inputs.has(file)]
        if rule_files:
            lines.append(_KEEP_SSH_OPEN)
            stand_in_notes.append("port 22: open for the harness's ssh, whatever the firewall says")
    user_scripts = _user_scripts(inputs)  # provision.sh is written over below
    uses_nginx = any(b"nginx" in script for script in user_scripts.values())
    script_services: list[str] = []
    if uses_nginx and not inputs.complete and "nginx.service" not in services:
        lines.append("systemctl start nginx.service || true")
        script_services.append("nginx.service")
        stand_in_notes.append("nginx: started before the script, as Debian's package leaves it")
    lines += _user_script_lines(inputs.directory, user_scripts)
    if lines:
        inputs.directory.joinpath("provision.sh").write_text(
            "\n".join(["#!/bin/sh", "set -eu", *lines, ""]), encoding="utf-8"
        )
    if inputs.command is not None:
        inputs.directory.joinpath("start.sh").write_text(inputs.command.script, encoding="utf-8")
    sockets = units.socket_unit_names(inputs.texts)
    restart_file = inputs.directory / "restart.sh"
    # A restart.sh of the input itself is kept.
    if sockets and not inputs.complete and inputs.command is None and not restart_file.exists():
        restart_file.write_text(_restart_script(sockets), encoding="utf-8")
    return WrittenScripts(
        services=tuple(services),
        script_services=tuple(script_services),
        stand_in_notes=tuple(stand_in_notes),
        user_scripts=tuple(text.decode(errors="replace") for text in user_scripts.values()),
        notes=(*_other_services(inputs), *_unread_directories(inputs)),
    )


def _other_services(inputs: Input) -> list[str]:
    """Return a note for each other service of the input: the lab does not know what it needs."""
    others = [
        PurePosixPath(path).name
        for path in inputs.texts
        if PurePosixPath(path).parent.name == "system" and path.endswith(".service")
    ]
    started = started_units(inputs)
    return [f"{name}: installed, but not started" for name in others if name not in started]


def started_units(inputs: Input) -> set[str]:
    """Return the units that the lab starts or restarts, and those that docker.service pulls in."""
    unit = units.read_unit("docker.service", inputs.texts)
    pulled_in = (each for key in _PULLS_IN for each in units.in_effect(unit, key))
    return {*_STARTED, *(name for each in pulled_in for name in each.value.split())}


def _unread_directories(inputs: Input) -> list[str]:
    """Return a note for each directory that belongs to a program that is not installed."""
    tops = dict.fromkeys("/".join(path.split("/")[:3]) for path in inputs.origins)
    absent = [top for top in tops if top.removeprefix("/etc/") in _ABSENT_PROGRAMS]
    if not inputs.has(NFTABLES) and "/etc/nftables.d" in tops:
        absent.append("/etc/nftables.d")
    return [f"{top}: installed, but nothing on the machine reads it" for top in absent]


def routes(stand_ins: StandIns, own_address: str) -> str | None:
    """Return the command with which another machine reaches the added addresses; None without any.

    `own_address` is that machine's own address. Addresses in docker0's network are left out: every
    machine with dockerd has that network itself.
    """
    addresses = [address for address in stand_ins.addresses if ip_address(address) not in _DOCKER0]
    if not addresses:
        return None
    return _device(own_address) + "; ".join(
        f'ip route replace {address} dev "$device"' for address in addresses
    )


def _device(address: str) -> str:
    """Return the shell code that sets $device to the network device with an address."""
    return f"device=$(ip -o address show to {address} | awk '{{ print $2; exit }}'); "


def _stand_in_lines(stand_ins: StandIns, address: str) -> list[str]:
    lines = [_device(address)] if stand_ins.addresses else []
    for added_address in stand_ins.addresses:
        flags = "/128 nodad" if ":" in added_address else "/32"
        length, _, nodad = flags.partition(" ")
        lines.append(f'ip address replace {added_address}{length} dev "$device" {nodad}'.rstrip())
    lines += [f"echo {address} {shlex.quote(name)} >>/etc/hosts" for name in stand_ins.names]
    lines += [f"mkdir -p {shlex.quote(path)} || true" for path in stand_ins.directories]
    for path in stand_ins.programs:
        lines.append(directory_of(path) + f'ln -sf "$(command -v dockerd)" {shlex.quote(path)}')
    for bridge in stand_ins.bridges:
        is_there = f"ip link show {bridge} >/dev/null 2>&1"
        lines += [
            f"{is_there} || ip link add name {bridge} type bridge",
            f"ip link set {bridge} up",
        ]
    # A part that cannot be made must not end the script. In a subshell, because dash ends at a
    # failed redirection.
    parts = [
        f"( {part.line} ) || echo {shlex.quote('not made: ' + part.note)}"
        for part in stand_ins.parts
    ]
    return lines + parts


_ServiceLines = tuple[str, list[str]]


def _nginx_lines(inputs: Input) -> _ServiceLines:
    sites = [path for path in inputs.origins if path.startswith("/etc/nginx/")]
    if not sites:
        return "", []
    lines = []
    if not any(path.endswith("/sites-enabled/default") for path in sites):
        lines.append("rm -f /etc/nginx/sites-enabled/default # Debian's example")
    return "nginx.service", [*lines, *_restart_lines("nginx.service")]


def _nftables_lines(inputs: Input) -> _ServiceLines:
    if not inputs.has(NFTABLES):
        return "", []
    return "nftables.service", _restart_lines("nftables.service")


def _containerd_lines(inputs: Input) -> _ServiceLines:
    if not inputs.has(CONTAINERD):
        return "", []
    return "containerd.service", _restart_lines("containerd.service")


def _iptables_lines(inputs: Input) -> _ServiceLines:
    """Return the lines that load iptables-persistent's files: the machine has no unit for that."""
    tools = {IPTABLES: "iptables-restore", IP6TABLES: "ip6tables-restore"}
    return (
        "",
        [
            f"{tool} --noflush {rules} || echo '{tool} failed'"
            for rules, tool in tools.items()
            if inputs.has(rules)
        ],
    )


def _restart_lines(service: str) -> list[str]:
    """Return the lines that enable and restart a service; the script goes on if that fails."""
    return [
        f"systemctl enable --quiet {service}",
        f"systemctl restart {service} || echo '{service} did not start'",
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
            f" || echo $? >{PROVISION_CODE}"
        )
        lines.append(f"cat {name}.log")
    if not lines:
        return []
    # Otherwise systemd may refuse the next start because the script restarted docker too often.
    reset_failed = "systemctl reset-failed docker.service 2>/dev/null || true"
    return [f"rm -f {PROVISION_CODE}", *lines, reset_failed]


def _user_scripts(inputs: Input) -> dict[str, bytes]:
    """Return the user's scripts by their file names in the configuration's directory."""
    copy = inputs.directory / "provision.sh"
    provision = copy.read_bytes() if copy.exists() else None
    scripts = dict(zip(_USER_SCRIPT_NAMES, (provision, inputs.provision), strict=True))
    return {name: script for name, script in scripts.items() if script is not None}


def _restart_script(sockets: Iterable[str]) -> str:
    """Return a restart.sh that stops docker.service first: sockets cannot restart while it runs."""
    names = " ".join(shlex.quote(name) for name in sorted({"docker.socket", *sockets}))
    return f"""#!/bin/sh
# A unit that systemd refuses leaves the old daemon running; stopping that first would hide it.
if [ "$(systemctl show --property LoadState --value docker.service)" != loaded ]; then
    exec systemctl restart docker.service
fi
systemctl stop docker.service docker.socket
for socket in {names}; do
    # One that is masked or refused is what docker.service will say.
    systemctl start "$socket" || true
done
exec systemctl start docker.service
"""
