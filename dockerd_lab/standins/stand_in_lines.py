"""Builds the shell lines that make the stand-ins on `daemon`."""

import shlex

from dockerd_lab.standins.shell_lines import HostPart, directory_of
from dockerd_lab.standins.stand_ins import StandIns


def stand_in_lines(stand_ins: StandIns, address: str) -> list[str]:
    """Return the lines that make all stand-ins; `address` is the daemon's in the lab."""
    lines = _network_lines(stand_ins, address)
    lines += [f"echo {address} {shlex.quote(name)} >>/etc/hosts" for name in stand_ins.names]
    lines += [f"mkdir -p {shlex.quote(path)} || true" for path in stand_ins.directories]
    for path in stand_ins.programs:
        lines.append(directory_of(path) + f'ln -sf "$(command -v dockerd)" {shlex.quote(path)}')
    return lines + [_part_line(part) for part in stand_ins.parts]


def volatile_lines(stand_ins: StandIns, address: str) -> list[str]:
    """Return the lines for those that a boot takes away: in the kernel, and in /run."""
    parts = [_part_line(part) for part in stand_ins.parts if "/run/" in part.line]
    return [*_network_lines(stand_ins, address), *parts]


def device_line(address: str) -> str:
    """Return the shell code that sets $device to the network device with an address."""
    return f"device=$(ip -o address show to {address} | awk '{{ print $2; exit }}'); "


def _network_lines(stand_ins: StandIns, address: str) -> list[str]:
    lines = [device_line(address)] if stand_ins.addresses else []
    for added_address in stand_ins.addresses:
        flags = "/128 nodad" if ":" in added_address else "/32"
        length, _, nodad = flags.partition(" ")
        lines.append(f'ip address replace {added_address}{length} dev "$device" {nodad}'.rstrip())
    for bridge in stand_ins.bridges:
        is_there = f"ip link show {bridge} >/dev/null 2>&1"
        lines += [
            f"{is_there} || ip link add name {bridge} type bridge",
            f"ip link set {bridge} up",
        ]
    return lines


def _part_line(part: HostPart) -> str:
    """Return the line for a part; one that cannot be made must not end the script.

    It runs in a subshell, because dash ends at a failed redirection.
    """
    return f"( {part.line} ) || echo {shlex.quote('not made: ' + part.note)}"
