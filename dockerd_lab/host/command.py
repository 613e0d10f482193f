"""Runs a program on your computer, with a time limit and one kind of error."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from dockerd_lab.errors import HarnessError

#: Lines of a failed command's output that are shown.
LAST_LINES = 15


def run(
    argv: Sequence[str | Path],
    *,
    what: str,
    timeout: float,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run `argv` to its end and return what it printed, as text.

    `what` names the work in messages, `timeout` is in seconds. Raises HarnessError when the program
    is missing, takes longer, or (with `check`) exits with anything but 0; the message ends with its
    last lines.
    """
    command = [str(a) for a in argv]
    try:
        result = subprocess.run(
            command,
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            env=env,
            check=False,
        )
    except FileNotFoundError:
        raise HarnessError(
            f"{what}: {command[0]} is not installed",
            "dockerd-lab bootstrap   # installs what is missing",
        ) from None
    except OSError as error:
        raise HarnessError(f"{what}: {command[0]} cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired as timed_out:
        raise HarnessError(
            f"{what}: gave up after {timeout:.0f} s waiting for: {shlex.join(command)}"
            + last_lines(_text(timed_out.stdout) + _text(timed_out.stderr))
        ) from None
    if check and result.returncode != 0:
        raise HarnessError(
            f"{what}: exit code {result.returncode} of: {shlex.join(command)}"
            + last_lines(result.stdout + result.stderr)
        )
    return result


def last_lines(output: str) -> str:
    """Return the last lines of `output`, indented, for the end of a message."""
    lines = [line for line in output.splitlines() if line.strip()][-LAST_LINES:]
    return "".join(f"\n    {line}" for line in lines)


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
