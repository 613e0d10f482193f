"""Prepares `daemon` for a boot: unmasks what the box masks, and keeps the lab's way to the machine.

A box masks generators and units because they take an emulated machine time. Some of the lab's
stand-ins last until a boot only, so the boot makes them again.
"""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dockerd_lab.config import units
from dockerd_lab.config.proxy_table import PROXIES
from dockerd_lab.inputs.input import Input
from dockerd_lab.machine_paths import STATE_DIRECTORY
from dockerd_lab.observe.read_files import forget_reads
from dockerd_lab.standins.services import KEEP_SSH_OPEN

#: Where the lab's own units are, and the scripts that they run.
_LAB_UNITS = "/usr/local/lib/systemd/system"
_LAB_SCRIPTS = f"{STATE_DIRECTORY}/boot"
_WANTS = "/etc/systemd/system/multi-user.target.wants"
FSTAB = "/etc/fstab"
#: What `daemon` itself mounts.
_ROOT_LINE = "/dev/vda / ext4 rw,relatime 0 1"
#: The first words of devices that only the real host has.
_DEVICES = ("/dev/", "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "ID=")
#: Files by which a boot would cut the harness off from the machine, and what is lost with them.
KEPT_OUT = {
    "/etc/systemd/network/*": "the machine keeps the lab's network",
    "/etc/ssh/sshd_config": "the machine keeps the lab's sshd",
    "/etc/ssh/sshd_config.d/*": "the machine keeps the lab's sshd",
}
#: Units without which the machine cannot be reached.
_NEEDED = ("ssh.service", "sshd.service", "systemd-networkd.service")
_UNIT = """\
[Unit]
After=systemd-networkd.service
Before={before}
[Service]
Type={type}
ExecStart=/bin/sh {script}
"""
#: Rules may be loaded at any time of a boot; the harness connects after that.
_HOLD_SSH_OPEN = f"""\
for second in $(seq 60); do
{KEEP_SSH_OPEN}
    sleep 2
done"""


@dataclass(frozen=True)
class BootPreparation:
    """What to do on `daemon` before it boots."""

    script: str
    notes: tuple[str, ...]
    """One sentence for the verdict for each file that is not in effect as it is."""


def prepare_boot(inputs: Input, stand_in_lines: Sequence[str], address: str) -> BootPreparation:
    """Return what to do before a boot with the input.

    `stand_in_lines` make the stand-ins that do not outlast a boot; `address` is the daemon's in the
    lab.
    """
    kept_out = {path: note for path in inputs.origins if (note := kept_out_note(path)) is not None}
    for unit in _NEEDED:
        if inputs.has(mask := f"/etc/systemd/system/{unit}") and inputs.origins[mask].is_symlink():
            kept_out[mask] = "the harness needs that unit"
    notes = [f"{path}: not booted with; {note}" for path, note in kept_out.items()]
    lines = ["set -eu", *_unmask_lines(inputs), *map(_take_back_line, kept_out)]
    if inputs.has(FSTAB):
        copy = inputs.directory / "rootfs" / FSTAB.lstrip("/")
        mounts, absent = _mounts(copy.read_text(errors="replace"))
        lines.append(_write_line(FSTAB, mounts))
        notes += [f"{FSTAB}: without {device}, a device of the real host" for device in absent]
    if any(path.startswith("/etc/nginx/") for path in inputs.origins):
        lines.append("systemctl enable --no-reload --quiet nginx.service")  # as Debian's package
    if stand_in_lines:
        # The interface has its address only when the network is up.
        has_address = f"ip -o address show to {address} | grep -q ."
        wait = f"for try in $(seq 100); do ! {has_address} || break; sleep 0.2; done"
        units_of_proxies = [unit for proxy in PROXIES for unit in proxy.units if "{" not in unit]
        before = " ".join(["docker.service containerd.service nginx.service", *units_of_proxies])
        lines += _unit_lines("stand-ins", [wait, *stand_in_lines], "oneshot", before)
    lines += _unit_lines("ssh", [_HOLD_SSH_OPEN], "simple", "")
    files = [path for path, source in inputs.origins.items() if not source.is_symlink()]
    if files:
        lines.append(forget_reads(files))
    return BootPreparation("\n".join(lines), tuple(notes))


def kept_out_note(path: str) -> str | None:
    """Return why a boot is made without a file of the input; None if it is made with it."""
    return next((note for each, note in KEPT_OUT.items() if fnmatchcase(path, each)), None)


def _unmask_lines(inputs: Input) -> Iterator[str]:
    """Yield the lines that unmask all generators, and the units that the input names."""
    masks = {path for path, source in inputs.origins.items() if source.is_symlink()}
    names = [f"/etc/systemd/system/{name}" for name in units.unit_names(inputs.origins)]
    for path in ["/etc/systemd/system-generators/*", *map(shlex.quote, {*names} - masks)]:
        yield f'for link in {path}; do [ "$(readlink "$link")" != /dev/null ] || rm "$link"; done'


def _take_back_line(path: str) -> str:
    """Return the line that puts back what the machine had at the path of an installed file."""
    replaced = shlex.quote(f"{STATE_DIRECTORY}/replaced{path}")
    return f"rm {shlex.quote(path)}; [ ! -e {replaced} ] || cp -a {replaced} {shlex.quote(path)}"


def _mounts(fstab: str) -> tuple[str, list[str]]:
    """Return an fstab that the machine boots with, and the devices that are left out."""
    lines, absent = [_ROOT_LINE], []
    for line in fstab.splitlines():
        device, *fields = line.split()[:4] or ["#"]
        is_mount = len(fields) > 1 and not device.startswith("#")
        if not is_mount or fields[0] == "/":
            continue
        if device.startswith(_DEVICES):
            absent.append(device)
        else:
            options = fields[2] if len(fields) > 2 else "defaults"  # noqa: PLR2004
            lines.append(f"{device} {fields[0]} {fields[1]} {options},nofail 0 0")
    return "\n".join(lines), absent


def _write_line(path: str, text: str) -> str:
    return f"printf '%s\\n' {shlex.quote(text)} >{shlex.quote(path)}"


def _unit_lines(name: str, commands: Iterable[str], kind: str, before: str) -> list[str]:
    """Return the lines that add a unit of the lab's own, which a boot starts."""
    unit = f"{_LAB_UNITS}/dockerd-lab-{name}.service"
    script = f"{_LAB_SCRIPTS}/{name}.sh"
    return [
        f"mkdir -p {_LAB_UNITS} {_LAB_SCRIPTS} {_WANTS}",
        _write_line(script, "\n".join(commands)),
        _write_line(unit, _UNIT.format(before=before, type=kind, script=script)),
        f"ln -sf {unit} {_WANTS}/",
    ]
