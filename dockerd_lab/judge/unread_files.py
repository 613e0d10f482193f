"""Finds files of the input that no program reads, because of their name or directory."""

import difflib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DAEMON_JSON, SYSCONFIG
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect

#: The fix for options that no unit passes on to dockerd.
MOVE_OPTIONS = "Put the options into a drop-in's ExecStart=, or into daemon.json."
_UNIT_TYPES = (*units.TYPES, "scope")
#: Names that people take for docker.service's; its packages bring no such unit.
_NO_UNITS = ("dockerd.service.d", "docker-ce.service.d", "docker.io.service.d", "moby.service.d")
#: A unit for the system that lies beside the directory for it, or in that for users' units.
_MISPLACED_UNIT = re.compile(
    r"/(etc|lib|usr/lib)/systemd/([^/]+|user/(docker|containerd)[^/]*)\.(service|socket|path|timer)$"
)
#: The difflib ratio from which a name counts as a misspelling of another: deamon.json is a
#: misspelling of daemon.json, docker.json is not.
_MIN_SIMILARITY = 0.8


def find_unread_files(inputs: Input, read_path: str) -> Iterator[NoEffect]:
    """Yield an entry for each file that looks like configuration, but that no program reads.

    `read_path` is the path of the daemon.json that dockerd reads.
    """
    unit = units.read_unit("docker.service", inputs.texts)
    environment_files = {
        file.value.removeprefix("-") for file in units.in_effect(unit, "EnvironmentFile")
    }
    link_targets = inputs.link_targets
    for file in inputs.origins:
        path = PurePosixPath(file)
        if not link_targets.isdisjoint(map(str, (path, *path.parents))):
            continue
        drop_in = path.parent.name in ("docker.service.d", "docker.socket.d")
        if drop_in and path.suffix != ".conf":
            message, fix = "systemd reads only drop-ins whose name ends in .conf", "Rename it."
        elif file.startswith(f"{DAEMON_JSON}."):
            message, fix = f"dockerd reads {DAEMON_JSON}, and not this", "Rename it."
        elif path.name == "daemon.json" and file not in (DAEMON_JSON, read_path):
            message, fix = f"dockerd reads {read_path}, and not this", "Move it there."
        elif file not in (DAEMON_JSON, read_path) and _is_misspelt(path):
            message, fix = f"dockerd reads {read_path}, and not this", "Rename it."
        elif drop_in and not units.is_drop_in_directory(path.parent):
            message = "systemd does not look for drop-ins in this directory"
            fix = "Move it to /etc/systemd/system/docker.service.d."
        elif _is_of_no_unit(path.parent):
            message = f"systemd looks for no drop-ins in {path.parent.name}: it is no unit's"
            fix = "Move it to /etc/systemd/system/docker.service.d."
        elif _MISPLACED_UNIT.match(file):
            message = f"systemd does not look for units in {path.parent}"
            fix = "Move it to /etc/systemd/system."
        elif drop_in and _lacks_section(file, inputs.texts.get(file, "")):
            message = "systemd ignores what stands before a section"
            fix = "Put [Service], or [Socket] for docker.socket, on the first line."
        elif file.startswith(SYSCONFIG) and file not in environment_files:
            message = "no unit reads this file; it is Red Hat's place for options"
            fix = MOVE_OPTIONS
        else:
            continue
        yield no_effect(inputs, path.name, message, fix, Place(file))


def _is_misspelt(path: PurePosixPath) -> bool:
    """Return whether a file next to daemon.json has a name that is almost `daemon.json`.

    >>> _is_misspelt(PurePosixPath("/etc/docker/deamon.json"))
    True
    """
    expected_path = PurePosixPath(DAEMON_JSON)
    similarity = difflib.SequenceMatcher(None, path.name.lower(), expected_path.name).ratio()
    return path.parent == expected_path.parent and similarity >= _MIN_SIMILARITY


def _is_of_no_unit(directory: PurePosixPath) -> bool:
    """Return whether a directory looks like one of drop-ins, but is not named after a unit.

    >>> _is_of_no_unit(PurePosixPath("/etc/systemd/system/docker.d"))
    True
    """
    if directory.name in _NO_UNITS:
        return True
    unit, dot, end = directory.name.rpartition(".")
    in_systemd_directory = (
        directory.parent.name == "system" and directory.parent.parent.name == "systemd"
    )
    return in_systemd_directory and dot + end == ".d" and unit.rpartition(".")[2] not in _UNIT_TYPES


def _lacks_section(file: str, text: str) -> bool:
    """Return whether all assignments of a unit file stand before its first section."""
    return "=" in text and not units.assignments(file, text)
