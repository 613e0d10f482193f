"""Starts the services that read the input's files, as a person or a boot does on the real host."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from shlex import quote

from dockerd_lab.config.paths import FIREWALLS, IP6TABLES, IPTABLES, NFTABLES
from dockerd_lab.inputs.input import Input

#: Accepts port 22 in every chain that filters it, since the harness connects by ssh.
KEEP_SSH_OPEN = """\
nft list chains | awk '
    $1 == "table" { table = $2 " " $3 }
    $1 == "chain" { chain = $2 }
    /type filter hook (input|prerouting)/ && table ~ /^i/ { print table, chain, "dport" }
    /hook output/ && table ~ /^i/ { print table, chain, "sport" }
' | while read -r family table chain port; do
    nft list chain "$family" "$table" "$chain" | grep -q "tcp $port 22 accept" ||
        nft insert rule "$family" "$table" "$chain" tcp "$port" 22 accept
done"""
#: What the verdict says about a service that is restarted, by the service.
_NOTES = {
    "containerd.service": "restarted, to read its configuration",
    "nginx.service": "enabled, as Debian's package leaves it, and restarted to read its files",
    "nftables.service": "started; Debian ships it disabled: systemctl enable nftables",
}
#: The tools that load the files of iptables-persistent: the machine has no unit for that.
_RESTORE = {IPTABLES: "iptables-restore", IP6TABLES: "ip6tables-restore"}


@dataclass(frozen=True)
class ServiceStarts:
    """The shell lines that start services, and what they start."""

    lines: tuple[str, ...]
    services: tuple[str, ...]
    """The units that they start."""
    notes: tuple[str, ...]
    """One sentence for the verdict for each service, and each file that they load."""


def start_services(inputs: Input) -> ServiceStarts:
    """Return the lines that make containerd, nginx and firewalls read the input's files."""
    services = list(_services(inputs))
    lines = [line for service in services for line in _restart_lines(service)]
    if "nginx.service" in services and not any(
        path.endswith("/sites-enabled/default") for path in inputs.origins
    ):
        lines.insert(0, "rm -f /etc/nginx/sites-enabled/default # Debian's example")
    notes = [f"{service}: {_NOTES[service]}" for service in services]
    notes += [
        f"{file}: loaded, as a boot does with the package iptables-persistent"
        for file in _RESTORE
        if inputs.has(file)
    ]
    return ServiceStarts((*lines, *restore_lines(inputs)), tuple(services), tuple(notes))


def restore_lines(inputs: Input) -> list[str]:
    """Return the lines that load iptables-persistent's files."""
    return [
        f"{tool} --noflush {rules} || echo '{tool} failed'"
        for rules, tool in _RESTORE.items()
        if inputs.has(rules)
    ]


def has_firewall(inputs: Input) -> bool:
    """Return whether the input has rules of a firewall that a service loads."""
    return any(map(inputs.has, FIREWALLS))


def restart_script(sockets: Iterable[str]) -> str:
    """Return a restart.sh that stops docker.service first: sockets cannot restart while it runs."""
    names = " ".join(quote(name) for name in sorted({"docker.socket", *sockets}))
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


def _services(inputs: Input) -> Iterator[str]:
    if inputs.has("/etc/containerd/config.toml"):
        yield "containerd.service"
    if any(path.startswith("/etc/nginx/") for path in inputs.origins):
        yield "nginx.service"
    if inputs.has(NFTABLES):
        yield "nftables.service"


def _restart_lines(service: str) -> list[str]:
    """Return the lines that enable and restart a service; the script goes on if that fails."""
    return [
        f"systemctl enable --quiet {service}",
        f"systemctl restart {service} || echo '{service} did not start'",
    ]
