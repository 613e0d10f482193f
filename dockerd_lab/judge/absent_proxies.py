"""Finds proxies of the input that were not installed, so that nothing of them was tried."""

from collections.abc import Iterator

from dockerd_lab.config import units
from dockerd_lab.config.proxies import WantedProxy, wanted_proxies
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.standins.prepared import Prepared

_NEEDS_PROGRAM = "Try it on a machine that has the program; --allow-incomplete permits it."
_LET_INSTALL = "Leave out --no-stand-ins: Debian's package is installed then."


def find_absent_proxies(inputs: Input, prepared: Prepared) -> Iterator[NotJudged]:
    """Yield an entry for each proxy that a file or a unit of the input wants and that is absent.

    `inputs` is the input with the files that a script changed. A complete case says itself what is
    installed.
    """
    if inputs.complete:
        return
    installed = {proxy.name for proxy in prepared.proxies}
    for wanted in wanted_proxies(inputs.texts, [*inputs.origins]):
        if wanted.place is None or wanted.proxy.name in installed:
            continue
        name = wanted.proxy.name
        if not wanted.proxy.packages and wanted.packages:
            name = f"a module of {name}"
        is_unit = units.unit_names([wanted.place.file])
        message = f"{name} reads it" if wanted.place.file in wanted.files else f"it runs {name}"
        message += f", which is not installed on the lab's machine{_reason(wanted, prepared)}"
        can_install = wanted.packages and not prepared.has_stand_ins
        yield NotJudged(
            name=is_unit[0] if is_unit else wanted.place.file,
            message=message,
            settle=_LET_INSTALL if can_install else _NEEDS_PROGRAM,
            where=inputs.user_path(wanted.place),
        )


def _reason(wanted: WantedProxy, prepared: Prepared) -> str:
    absent = [package for package in wanted.packages if package in prepared.absent_packages]
    if absent:
        return f": its Debian suite has no {', '.join(absent)}"
    return "" if wanted.packages else ": Debian has no package of it"
