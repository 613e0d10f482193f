"""Runs many commands on a machine in one ssh round trip."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines.program import Program, start_program
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.project import Project
from dockerd_lab.redaction.redact import redacted

#: Seconds after which a machine is taken not to answer at all.
MACHINE_LIMIT = 480


def connect(
    lab: Lab, project: Project, machine: str, *, leaves_nothing: bool = False
) -> AbstractContextManager[Program]:
    """Start provision/ask.py, which runs commands, on a machine for as long as the block lasts."""
    return start_program(lab, project, machine, "ask", leaves_nothing=leaves_nothing)


def run_batch(program: Program, commands: Mapping[str, RemoteCommand]) -> dict[str, CommandResult]:
    """Run commands one after the other, in the program of `connect`; return results by name.

    Raises HarnessError if the machine cannot be reached or gives no valid answer.
    """
    wire = {name: [each.command, each.limit] for name, each in commands.items()}
    limit = min(MACHINE_LIMIT, 30 + sum(each.limit for each in commands.values()))
    what = f"asking {program.machine} for {', '.join(commands)}"
    results = program.answer(wire, what=what, limit=limit)
    try:
        return {name: CommandResult(**result) for name, result in results.items()}
    except (AttributeError, TypeError):
        raise HarnessError(f"{what}: {redacted(results)!r} came back") from None


def run_on(
    lab: Lab,
    project: Project,
    machine: str,
    commands: Mapping[str, RemoteCommand],
    *,
    leaves_nothing: bool = False,
) -> dict[str, CommandResult]:
    """Connect to a machine and run commands there; raises HarnessError as `run_batch` does.

    `leaves_nothing` says that the commands leave the machine as they found it.
    """
    with connect(lab, project, machine, leaves_nothing=leaves_nothing) as program:
        return run_batch(program, commands)
