"""Defines the errors that are not a failed configuration; each has its own exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

from dockerd_lab.redaction.redact import redact

#: Seconds a command waits for the lab before it raises LabBusy, unless it is given another limit.
LAB_WAIT = 600


class LabError(Exception):
    """Ends the command with one clear message.

    `message` says what happened and `hint`, where there is one, the next thing to type.
    """

    exit_code = 3
    kind = "harness broke"

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        # However it is printed: it may quote the input, or what a machine said.
        return redact(f"{self.message}\n{self.hint}" if self.hint else self.message)


class BadInput(LabError):
    """The user's input is wrong: the message names the file, the key and the reason."""

    exit_code = 2
    kind = "bad input"


class HarnessError(LabError):
    """The harness failed, not the configuration: there is no verdict on the configuration."""


class LabBusy(LabError):
    """Another command uses the lab, and did so for as long as this one may wait: try again later.

    Its exit code is EX_TEMPFAIL of sysexits.h.
    """

    exit_code = 75
    kind = "lab busy"


@contextmanager
def os_errors_as_harness_errors() -> Iterator[None]:
    """Raise an OSError of the block or decorated function as HarnessError.

    A full disk, or a file of another user, says nothing about the configuration.
    """
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise HarnessError(f"{where}{error.strerror or error}") from error
