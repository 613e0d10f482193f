"""Finds what the input brings and the trial did not put into effect: it proves nothing about that.

Without these entries, a verdict `passed` would claim more than was observed. Each entry says what
would settle it.
"""

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatch

from dockerd_lab.config import units
from dockerd_lab.config.compose import socket_services
from dockerd_lab.config.readers import reader_of
from dockerd_lab.config.script_commands import runs, starts
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.judge.sshd_logins import lets_nobody_in
from dockerd_lab.judge.unit_outcome import needs_boot, outcome_of_unit
from dockerd_lab.observe.observation import Observation

_LET_RUN = "Start it in a script, with --provision: what it does is judged then."
_LET_BOOT = "Boot with it: --reboot."
_NEEDS_IMAGES = "Try it where its images can be had; --allow-incomplete permits it."
_NEEDS_MACHINE = "Try it on a machine where it runs; --allow-incomplete permits it."
#: Programs that run what they find in a file and are on none of the lab's machines, by patterns.
_ABSENT_RUNNERS = {
    "/etc/network/*": "ifupdown",
    "/etc/networkd-dispatcher/*": "networkd-dispatcher",
    "/etc/NetworkManager/dispatcher.d/*": "NetworkManager",
    "/etc/dhcp/*-hooks.d/*": "dhclient",
    "/etc/initramfs-tools/*": "initramfs-tools",
    "/etc/crontab": "cron",
    "/etc/cron.*/*": "cron",
    "/var/spool/cron/atjobs/*": "at",
    "/var/spool/cron/*": "cron",
    "/etc/systemd/user/*": "a user's systemd",
    "/home/*/.config/systemd/*": "a user's systemd",
    "/root/.config/systemd/*": "a user's systemd",
}
_SSHD = "/etc/ssh/sshd_config"
#: The lines in an ifupdown file that run a command.
_HOOK = re.compile(r"^\s*(pre-|post-)?(up|down)\s", re.MULTILINE)
#: The keys in a udev rule that run a program or start a unit.
_UDEV_RUNS = re.compile(r"RUN|PROGRAM|SYSTEMD_WANTS|IMPORT\{program\}")


def find_not_judged(
    inputs: Input,
    observation: Observation,
    scripts: Collection[str],
    installed: Collection[str] = (),
) -> Iterator[NotJudged]:
    """Yield each file and unit of the input that the trial did not put into effect.

    `scripts` are the texts of the user's scripts, which may start or run more; `installed` are the
    programs that were installed for the input. A complete case says itself what is started.
    """
    if inputs.complete:
        return
    yield from _units(inputs, observation)
    for file in inputs.compose_files:
        for service in socket_services(file.read_text(errors="replace")):
            whom = f"the container {service.name}" if service.name else "a container"
            message = f"it gives docker.sock to {whom}, and no container of it was started"
            place = f"{file}:{service.line}"
            yield NotJudged(name=file.name, message=message, settle=_NEEDS_IMAGES, where=place)
    for path in inputs.origins:
        where = inputs.user_path(Place(path))
        later = _runs_later(path, inputs, observation, installed)
        if later is not None and not runs(path, scripts):
            message, settle = later
            yield NotJudged(name=path, message=message, settle=settle, where=where)
        elif (
            path.startswith(_SSHD)
            and not starts("ssh", scripts)
            and not lets_nobody_in(inputs.texts.get(path, "?"))
        ):
            message = "sshd was not restarted with it"
            yield NotJudged(name=path, message=message, settle=_LET_RUN, where=where)


def _runs_later(
    path: str, inputs: Input, observation: Observation, installed: Collection[str]
) -> tuple[str, str] | None:
    """Return why a file has run nothing yet, and what would settle it; None if it does not run."""
    reader = reader_of(path)
    if reader is not None and reader.at_boot and observation.boot is None:
        return f"a boot makes {reader.name} read it, and the machine was not booted", _LET_BOOT
    if fnmatch(path, "*/udev/rules.d/*.rules") and _UDEV_RUNS.search(_text(inputs, path)):
        return "udev runs its programs for devices that the lab's machine may lack", _LET_RUN
    runner = next((name for each, name in _ABSENT_RUNNERS.items() if fnmatch(path, each)), None)
    if runner in installed:
        return None  # its jobs were run once the boot was over
    if runner is None or (_is_interfaces(path) and not _HOOK.search(_text(inputs, path))):
        return None
    return f"{runner} runs it, and is not on the lab's machines", _LET_RUN


def _units(inputs: Input, observation: Observation) -> Iterator[NotJudged]:
    """Yield the units that have not started, or have failed, and those that still start."""
    states = observation.daemon.units
    for name, state in states.items():
        if name in observation.daemon.services:
            continue  # the policy checks these
        where = inputs.user_path(_place(inputs, name))
        if observation.boot is None and needs_boot(state, states):
            message = "a boot starts this unit, and the machine was not booted"
            yield NotJudged(name=name, message=message, settle=_LET_BOOT, where=where)
        elif (outcome := outcome_of_unit(state, states)).outcome == "not-judged":
            message = outcome.message
            yield NotJudged(name=name, message=message, settle=_NEEDS_MACHINE, where=where)
    if observation.boot is None:
        return
    for name in observation.boot.left:
        if name not in states:
            message = "it would end the machine, and was not run"
            yield NotJudged(name=name, message=message, settle=_NEEDS_MACHINE)
    for name in observation.boot.absent:
        message = "its program is not on the lab's machine"
        yield NotJudged(name=name, message=message, settle=_NEEDS_MACHINE)
    for name in observation.boot.unfinished:
        if name not in states:
            message = "it was still starting when the lab no longer waited for the boot"
            yield NotJudged(name=name, message=message, settle=_NEEDS_MACHINE)


def _place(inputs: Input, unit: str) -> Place | None:
    """Return the place in the input that makes a boot start a unit, or that changes the unit."""
    files = [path for path in inputs.origins if units.unit_names([path]) == [unit]]
    for path in files:
        for each in units.assignments(path, inputs.texts.get(path, "")):
            if each.key in units.INSTALL and each.value:
                return Place(path, each.line)
    return Place(files[0]) if files else None


def _is_interfaces(path: str) -> bool:
    """Return whether it is a file of ifupdown's that describes interfaces, and no program."""
    return path.startswith("/etc/network/interfaces")


def _text(inputs: Input, path: str) -> str:
    """Return the text of a file of the input, or of one that a script has changed."""
    installed = inputs.directory / "rootfs" / path.lstrip("/")
    if path in inputs.texts or not installed.is_file() or installed.is_symlink():
        return inputs.texts.get(path, "")
    return installed.read_text(errors="replace")
