"""Finds what the input brings and the trial did not put into effect: it proves nothing about that.

A pass would say more than was seen. What would settle it is told with each.
"""

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.verdict import NotJudged
from dockerd_lab.standins.scripts import started_units

_BOOT = "a boot runs it, and the trial boots no machine with it"
_CLOCK = "cron runs it, and the trial does not wait for that"
_LET_RUN = "Start it in a script, with --provision: what it does is judged then."
_NEEDS_PROGRAM = "Try it on a machine that has the program; --allow-incomplete permits it."
_NEEDS_IMAGES = "Try it where its images can be had; --allow-incomplete permits it."
#: What runs later than the trial, by a pattern of the path.
_RUN_LATER = {
    "/etc/rc.local": _BOOT,
    "/etc/init.d/*": _BOOT,
    "/etc/rc?.d/*": _BOOT,
    "/etc/systemd/system-generators/*": _BOOT,
    "/etc/tmpfiles.d/*.conf": _BOOT,
    "/usr/lib/tmpfiles.d/*.conf": _BOOT,
    "/etc/udev/rules.d/*.rules": _BOOT,
    "/etc/network/if-*.d/*": _BOOT,
    "/etc/network/interfaces": _BOOT,
    "/etc/network/interfaces.d/*": _BOOT,
    "/etc/networkd-dispatcher/*": _BOOT,
    "/etc/crontab": _CLOCK,
    "/etc/cron.*": _CLOCK,
    "/var/spool/cron/*": _CLOCK,
}
#: Programs that publish a socket and are on none of the lab's machines, by a directory or file.
_ABSENT_PROGRAMS = {
    "/etc/apache2/": "Apache",
    "/etc/httpd/": "Apache",
    "/etc/caddy/": "Caddy",
    "/etc/envoy/": "Envoy",
    "/etc/haproxy/": "HAProxy",
    "/etc/lighttpd/": "lighttpd",
    "/etc/stunnel/": "stunnel",
    "/etc/traefik/": "Traefik",
    "/etc/xinetd": "xinetd",
    "/etc/inetd.conf": "inetd",
}
_SSHD = "/etc/ssh/sshd_config"
#: The types of units that can start a program.
_TYPES = (".path", ".service", ".socket", ".target", ".timer")
_INSTALL = ("WantedBy", "RequiredBy", "UpheldBy")


def find_not_judged(
    inputs: Input, started: Collection[str], scripts: Collection[str]
) -> Iterator[NotJudged]:
    """Yield each file and unit of the input that the trial did not put into effect.

    `started` are the units that were started besides docker's; `scripts` are the texts of the
    user's scripts, which may start more. A complete case says itself what is started.
    """
    if inputs.complete:
        return
    yield from _units(inputs, started, scripts)
    for file in inputs.compose_files:
        message = "it gives docker.sock to a container, and no container of it was started"
        yield NotJudged(name=file.name, message=message, settle=_NEEDS_IMAGES, where=str(file))
    told: set[str] = set()
    for path in inputs.origins:
        where = inputs.user_path(Place(path))
        later = next((why for glob, why in _RUN_LATER.items() if fnmatch(path, glob)), None)
        program = next((p for at, p in _ABSENT_PROGRAMS.items() if path.startswith(at)), None)
        if later is not None and not _is_named(path, scripts):
            yield NotJudged(name=path, message=later, settle=_LET_RUN, where=where)
        elif program is not None and program not in told:
            told.add(program)
            message = f"{program} reads it, and is not installed on the lab's machines"
            yield NotJudged(name=path, message=message, settle=_NEEDS_PROGRAM, where=where)
        elif path.startswith(_SSHD) and not _starts("ssh", scripts):
            message = "sshd was not restarted with it"
            yield NotJudged(name=path, message=message, settle=_LET_RUN, where=where)


def _units(
    inputs: Input, started: Collection[str], scripts: Collection[str]
) -> Iterator[NotJudged]:
    """Yield the units that a boot would start, and that nothing has started."""
    known = {*started_units(inputs), *started}
    for path, source in inputs.origins.items():
        name = PurePosixPath(path).name
        is_unit = PurePosixPath(path).parent.name == "system" and name.endswith(_TYPES)
        if not is_unit or name in known or _starts(name, scripts):
            continue
        assigned = units.assignments(path, inputs.texts.get(path, ""))
        install = next((each for each in assigned if each.key in _INSTALL and each.value), None)
        linked = ".wants/" in str(source) or ".requires/" in str(source)
        if install is None and not linked:
            continue
        yield NotJudged(
            name=name,
            message="a boot starts this unit, and the trial did not",
            settle=f"Start it in a script, with --provision: systemctl start {name}",
            where=inputs.user_path(Place(path, install.line if install else 0)),
        )


def _starts(unit: str, scripts: Collection[str]) -> bool:
    """Return whether a script starts a unit, which may be named without `.service`.

    >>> _starts("x.service", ["systemctl enable --now x"])
    True
    >>> _starts("x.service", ["systemctl enable x"])
    False
    """
    name = re.escape(unit.removesuffix(".service"))
    command = rf"(systemctl|service)\b[^\n;&|]*\b{name}\b"
    return any(
        re.search(r"\bstart|restart|reload|--now\b", found[0])
        for script in scripts
        for found in re.finditer(command + r"[^\n;&|]*", script)
    )


def _is_named(path: str, scripts: Collection[str]) -> bool:
    """Return whether a script names a file, which it runs or loads then."""
    return any(path in script for script in scripts)
