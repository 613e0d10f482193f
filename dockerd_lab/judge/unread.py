"""Files of the input that nobody reads, under the name and at the place that they have."""

import difflib
from collections.abc import Iterator
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DAEMON_JSON, SYSCONFIG
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.verdict import NoEffect

#: What to do with options that no unit passes on.
INSTEAD = "Put the options into a drop-in's ExecStart=, or into daemon.json."
_UNIT_TYPES = ("service", "socket", "target", "mount", "timer", "path", "slice", "scope", "swap")
#: From here on difflib finds a name to be almost another: deamon.json is, docker.json is not.
_ALIKE = 0.8


def unread(inputs: Input, read: str) -> Iterator[NoEffect]:
    """Files that nobody reads under their name, although they look as if; `read` is daemon.json."""
    unit = units.of_unit("docker.service", inputs.texts)
    named = {file.value.removeprefix("-") for file in units.in_effect(unit, "EnvironmentFile")}
    linked = inputs.linked
    for file in inputs.origins:
        path = PurePosixPath(file)
        if not linked.isdisjoint(map(str, (path, *path.parents))):
            continue
        drop_in = path.parent.name in ("docker.service.d", "docker.socket.d")
        if drop_in and path.suffix != ".conf":
            message, fix = "systemd reads only drop-ins whose name ends in .conf", "Rename it."
        elif file.startswith(f"{DAEMON_JSON}."):
            message, fix = f"dockerd reads {DAEMON_JSON}, and not this", "Rename it."
        elif path.name == "daemon.json" and file not in (DAEMON_JSON, read):
            message, fix = f"dockerd reads {read}, and not this", "Move it there."
        elif file not in (DAEMON_JSON, read) and _is_misspelt(path):
            message, fix = f"dockerd reads {read}, and not this", "Rename it."
        elif drop_in and not units.is_looked_into(path.parent):
            message = "systemd does not look for drop-ins in this directory"
            fix = "Move it to /etc/systemd/system/docker.service.d."
        elif _of_no_unit(path.parent):
            message = f"systemd looks for no drop-ins in {path.parent.name}: it is no unit's"
            fix = "Move it to /etc/systemd/system/docker.service.d."
        elif drop_in and _without_section(file, inputs.texts.get(file, "")):
            message = "systemd ignores what stands before a section"
            fix = "Put [Service], or [Socket] for docker.socket, on the first line."
        elif file.startswith(SYSCONFIG) and file not in named:
            message = "no unit reads this file; it is Red Hat's place for options"
            fix = INSTEAD
        else:
            continue
        where = inputs.user_path(Place(file))
        yield NoEffect(setting=path.name, message=message, fix=fix, where=where)


def _is_misspelt(path: PurePosixPath) -> bool:
    """Whether a file lies where daemon.json does, and is called almost so.

    >>> _is_misspelt(PurePosixPath("/etc/docker/deamon.json"))
    True
    """
    right = PurePosixPath(DAEMON_JSON)
    alike = difflib.SequenceMatcher(None, path.name.lower(), right.name).ratio()
    return path.parent == right.parent and alike >= _ALIKE


def _of_no_unit(directory: PurePosixPath) -> bool:
    """Whether it looks like a directory of drop-ins, and its name is of no unit.

    >>> _of_no_unit(PurePosixPath("/etc/systemd/system/docker.d"))
    True
    """
    unit, dot, end = directory.name.rpartition(".")
    of_systemd = directory.parent.name == "system" and directory.parent.parent.name == "systemd"
    return of_systemd and dot + end == ".d" and unit.rpartition(".")[2] not in _UNIT_TYPES


def _without_section(file: str, text: str) -> bool:
    return "=" in text and not units.assignments(file, text)
