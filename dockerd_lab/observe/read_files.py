"""Observes which of a configuration's files have been read on `daemon`, by whatever program.

The root filesystem is mounted with `relatime`: the first read after a file was written sets the
time of its last access, which is then later than that of its last change.
"""

import shlex
from collections.abc import Iterable

from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand


def times_command(paths: Iterable[str]) -> RemoteCommand:
    """Return the command that prints when each file was last read and last changed."""
    # A file may be gone; the others are printed all the same.
    return RemoteCommand(f"stat -L -c '%.X %.Y %n' -- {shlex.join(paths)} 2>/dev/null || true")


def forget_reads(paths: Iterable[str]) -> str:
    """Return the shell line after which none of the files counts as read."""
    return f"touch -c -d @1 -- {shlex.join(paths)}"


def parse_times(result: CommandResult) -> tuple[str, ...]:
    """Return the paths of the files that have been read, from the result of `times_command`."""
    lines = (line.split(" ", 2) for line in result.stdout.splitlines())
    return tuple(path for read, changed, path in lines if float(read) > float(changed))
