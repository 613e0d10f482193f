"""The shell scripts that bring a gathered configuration into effect, as a person would."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import FIREWALLS, IP6TABLES, IPTABLES, NFTABLES
from dockerd_lab.inputs.input import Input
from dockerd_lab.machine_paths import PROVISION_CODE
from dockerd_lab.standins.shell_lines import directory_of
from dockerd_lab.standins.stand_ins import StandIns

#: docker0's network, unless bip says otherwise.
_DOCKER0 = ip_network("172.17.0.0/16")
#: Seconds that the user's own script may take.
PROVISION_LIMIT = 150
#: The harness comes by ssh: in every chain that filters it, its packets are accepted first.
_SSH_STAYS = """\
nft list chains | awk '
    $1 == "table" { table = $2 " " $3 }
    $1 == "chain" { chain = $2 }
    /type filter hook (input|prerouting)/ && table ~ /^i/ { print table, chain, "dport" }
    /hook output/ && table ~ /^i/ { print table, chain, "sport" }
' | while read -r family table chain port; do
    nft insert rule "$family" "$table" "$chain" tcp "$port" 22 accept
done"""
#: Programs that a box has not, by their directory in /etc.
_ABSENT = ("apache2", "caddy", "envoy", "firewalld", "haproxy", "httpd", "traefik", "ufw")
#: The user's own scripts, as they are called in the case's directory.
_OWN = ("own-provision", "given-provision")


@dataclass(frozen=True)
class Steps:
    """What was written, and what has to be looked at besides docker.service."""

    services: tuple[str, ...]
    """Units that the configuration is for, besides docker's."""
    of_scripts: tuple[str, ...]
    """Those that the user's script may restart or stop; they must not have failed."""
    stand_in_notes: tuple[str, ...]
    """What was done that the input does not say."""
    scripts: bool
    """Whether a script of the user's is run."""
    notes: tuple[str, ...]
    """What is not done."""


def write(inputs: Input, standing: StandIns, address: str) -> Steps:
    """Write provision.sh, restart.sh and start.sh into the given directory, where they are needed.

    `address` is the daemon's in the lab.
    """
    steps = _standing(standing, address)
    rules = [file for file in FIREWALLS if inputs.has(file)]
    services: list[str] = []
    stand_in_notes: list[str] = []
    if not inputs.complete:
        if standing.card is not None:
            steps.append(_device(address) + 'test -n "$device"')
            steps += [f'sed -i "s/\\b{standing.card}\\b/$device/g" {file}' for file in rules]
        for service, lines in (
            _containerd(inputs),
            _nginx(inputs),
            _nftables(inputs),
            _iptables(inputs),
        ):
            steps += lines
            services += [service] if service else []
        if rules:
            steps.append(_SSH_STAYS)
            stand_in_notes.append("port 22: open for the harness's ssh, whatever the firewall says")
    own = _own_scripts(inputs)
    named = any(b"nginx" in script for script in _scripts_of(inputs).values())
    of_scripts: list[str] = []
    if named and not inputs.complete and "nginx.service" not in services:
        steps.append("systemctl start nginx.service || true")
        of_scripts.append("nginx.service")
        stand_in_notes.append("nginx: started before the script, as Debian's package leaves it")
    steps += own
    if steps:
        inputs.directory.joinpath("provision.sh").write_text(
            "\n".join(["#!/bin/sh", "set -eu", *steps, ""]), encoding="utf-8"
        )
    if inputs.command is not None:
        inputs.directory.joinpath("start.sh").write_text(inputs.command.script, encoding="utf-8")
    sockets = units.sockets(inputs.texts)
    restart = inputs.directory / "restart.sh"
    # One that is there already says itself how to restart.
    if sockets and not inputs.complete and inputs.command is None and not restart.exists():
        restart.write_text(_restart(sockets), encoding="utf-8")
    return Steps(
        services=tuple(services),
        of_scripts=tuple(of_scripts),
        stand_in_notes=tuple(stand_in_notes),
        scripts=bool(own),
        notes=(*_not_started(inputs), *_not_read(inputs)),
    )


def _not_started(inputs: Input) -> list[str]:
    """Other services of the input: what they need is not known here."""
    others = [
        PurePosixPath(path).name
        for path in inputs.texts
        if PurePosixPath(path).parent.name == "system" and path.endswith(".service")
    ]
    unit = units.of_unit("docker.service", inputs.texts)
    started = {"docker.service", "nginx.service", "nftables.service", "containerd.service"}
    for key in ("Requires", "Wants", "BindsTo"):
        started |= {name for each in units.in_effect(unit, key) for name in each.value.split()}
    return [f"{name}: installed, but not started" for name in others if name not in started]


def _not_read(inputs: Input) -> list[str]:
    """Directories of programs that the machine has not."""
    tops = dict.fromkeys("/".join(path.split("/")[:3]) for path in inputs.origins)
    absent = [top for top in tops if top.removeprefix("/etc/") in _ABSENT]
    if not inputs.has(NFTABLES) and "/etc/nftables.d" in tops:
        absent.append("/etc/nftables.d")
    return [f"{top}: installed, but nothing on the machine reads it" for top in absent]


def routes(standing: StandIns, own_address: str) -> str | None:
    """What another machine has to run to reach the added addresses; None where there are none.

    To docker0's network no other machine has a route: it is on every machine with dockerd.
    """
    reached = [a for a in standing.addresses if ip_address(a) not in _DOCKER0]
    if not reached:
        return None
    return _device(own_address) + "; ".join(
        f'ip route replace {address} dev "$device"' for address in reached
    )


def _device(address: str) -> str:
    """Set $device to the network device that has an address."""
    return f"device=$(ip -o address show to {address} | awk '{{ print $2; exit }}'); "


def _standing(standing: StandIns, address: str) -> list[str]:
    lines = [_device(address)] if standing.addresses else []
    for added in standing.addresses:
        flags = "/128 nodad" if ":" in added else "/32"
        length, _, nodad = flags.partition(" ")
        lines.append(f'ip address replace {added}{length} dev "$device" {nodad}'.rstrip())
    lines += [f"echo {address} {shlex.quote(name)} >>/etc/hosts" for name in standing.names]
    lines += [f"mkdir -p {shlex.quote(path)} || true" for path in standing.directories]
    for path in standing.programs:
        lines.append(directory_of(path) + f'ln -sf "$(command -v dockerd)" {shlex.quote(path)}')
    for bridge in standing.bridges:
        there = f"ip link show {bridge} >/dev/null 2>&1"
        lines += [f"{there} || ip link add name {bridge} type bridge", f"ip link set {bridge} up"]
    # One that cannot be made is the configuration's affair; dash ends at a failed redirection.
    parts = [
        f"( {part.line} ) || echo {shlex.quote('not made: ' + part.note)}"
        for part in standing.parts
    ]
    return lines + parts


_Step = tuple[str, list[str]]


def _nginx(inputs: Input) -> _Step:
    sites = [path for path in inputs.origins if path.startswith("/etc/nginx/")]
    if not sites:
        return "", []
    lines = []
    if not any(path.endswith("/sites-enabled/default") for path in sites):
        lines.append("rm -f /etc/nginx/sites-enabled/default # Debian's example")
    return "nginx.service", [*lines, *_restarted("nginx.service")]


def _nftables(inputs: Input) -> _Step:
    if not inputs.has(NFTABLES):
        return "", []
    return "nftables.service", _restarted("nftables.service")


def _containerd(inputs: Input) -> _Step:
    if not inputs.has("/etc/containerd/config.toml"):
        return "", []
    return "containerd.service", _restarted("containerd.service")


def _iptables(inputs: Input) -> _Step:
    """iptables-persistent's files; what loads them at boot is not on the machine."""
    tools = {IPTABLES: "iptables-restore", IP6TABLES: "ip6tables-restore"}
    return (
        "",
        [
            f"{tool} --noflush {rules} || echo '{tool} failed'"
            for rules, tool in tools.items()
            if inputs.has(rules)
        ],
    )


def _restarted(service: str) -> list[str]:
    """Enable and restart a service; that it does not start is the configuration's failure."""
    return [
        f"systemctl enable --quiet {service}",
        f"systemctl restart {service} || echo '{service} did not start'",
    ]


def _own_scripts(inputs: Input) -> list[str]:
    """The lines that run the user's scripts; their failure is the configuration's as well."""
    lines = []
    for name, script in _scripts_of(inputs).items():
        copy = inputs.directory / name
        copy.write_bytes(script)
        copy.chmod(0o755)
        shell = "" if script.startswith(b"#!") else "sh "
        # What it starts in the background may stay; it must not hold the connection open.
        lines.append(
            f"timeout --kill-after 5 {PROVISION_LIMIT} {shell}./{name} </dev/null >{name}.log 2>&1"
            f" || echo $? >{PROVISION_CODE}"
        )
        lines.append(f"cat {name}.log")
    if not lines:
        return []
    # Why it does not start is to be seen, and not that the script has tried too often.
    again = "systemctl reset-failed docker.service 2>/dev/null || true"
    return [f"rm -f {PROVISION_CODE}", *lines, again]


def _scripts_of(inputs: Input) -> dict[str, bytes]:
    """The user's own scripts, by what they are called in the case's directory."""
    copy = inputs.directory / "provision.sh"
    own = copy.read_bytes() if copy.exists() else None
    scripts = dict(zip(_OWN, (own, inputs.provision), strict=True))
    return {name: script for name, script in scripts.items() if script is not None}


def _restart(sockets: Iterable[str]) -> str:
    """A socket unit cannot be restarted while its service runs, so that is stopped first."""
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
