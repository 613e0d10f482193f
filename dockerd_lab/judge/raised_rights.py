"""Tells of what runs with other rights than those of whoever makes it run, and was not tried."""

from collections.abc import Iterator

from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import DaemonObservation

_SETTLE = "Do without it, or look at what it does for whom; --allow-incomplete permits it."
#: Programs that come with a distribution for what crashes, and take nothing from it but its memory.
_CRASH_PROGRAMS = ("/usr/lib/systemd/systemd-coredump", "/lib/systemd/systemd-coredump")


def find_raised_rights(inputs: Input, daemon: DaemonObservation) -> Iterator[NotJudged]:
    """Yield an entry for each program and pipe that every local user may use.

    A complete case says itself who gets in.
    """
    if inputs.complete:
        return
    rights, told = daemon.raised_rights, daemon.local_doors
    for path in rights.setuid:
        if path not in told:
            yield _not_judged(path, "every local user may run it, and it is setuid or setgid")
    for path, names in rights.capabilities:
        yield _not_judged(path, f"every local user may run it, and it has {names}")
    for path in rights.pipes:
        message = "every local user may write to this pipe: what reads it was not tried"
        yield _not_judged(path, message)
    program = rights.crash_program
    if program and not program.startswith(_CRASH_PROGRAMS):
        message = f"root runs {program.split()[0]} when a program of any user's crashes"
        yield _not_judged("kernel.core_pattern", message)


def _not_judged(name: str, message: str) -> NotJudged:
    return NotJudged(name=name, message=message, settle=_SETTLE)
