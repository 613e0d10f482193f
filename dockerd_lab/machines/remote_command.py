"""Defines a shell command for a machine, and its result."""

from dataclasses import dataclass

#: The exit code of a command that did not end in time, as timeout(1) has it.
TIMED_OUT = 124
#: Seconds a command may take unless it says otherwise.
USUAL_LIMIT = 60


@dataclass(frozen=True)
class RemoteCommand:
    """A shell command, and the seconds it may take."""

    command: str
    limit: int = USUAL_LIMIT


@dataclass(frozen=True)
class CommandResult:
    """What came of one command on a machine."""

    command: str
    exit_code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def output(self) -> str:
        """Return standard output and standard error together, for people to read."""
        return "\n".join(filter(None, (self.stdout.strip(), self.stderr.strip())))
