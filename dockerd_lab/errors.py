"""Defines the errors that are not a failed configuration; each has its own exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

#: Modules of Python's that only Unix has.
_UNIX_ONLY = ("fcntl", "grp", "pwd", "resource", "termios")
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
        # However it is printed: it may quote the input, or what a machine said. Imported here: what
        # is recognised as a secret takes every pytest's start longer than all the rest.
        from dockerd_lab.redaction.redact import redact  # noqa: PLC0415

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


def missing_package(error: ModuleNotFoundError, user: str) -> HarnessError | None:
    """Return what to install for `user`, or None where one of our own modules is missing."""
    package = (error.name or "").partition(".")[0]
    if package in _UNIX_ONLY:
        return HarnessError(f"{user} needs Linux: this Python has no module {package}")
    if not package or package == "dockerd_lab":
        return None
    return HarnessError(
        f"{user} needs the Python package {package}, which is not installed",
        "pip install 'dockerd-lab[lab]'   # what the machines take; the rest works without",
    )


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
