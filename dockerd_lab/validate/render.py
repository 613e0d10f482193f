"""Runs the command with which a project renders a configuration."""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dockerd_lab.errors import BadInput
from dockerd_lab.host.command import last_lines
from dockerd_lab.progress import step

#: The variable that names the empty directory into which the command writes the configuration.
OUTPUT = "DOCKERD_LAB_OUTPUT"


def render(argv: Sequence[str], root: Path, output: Path, *, limit: int, place: str) -> None:
    """Run the command in the project's root; it writes the configuration into `output`.

    `limit` is in seconds, and `place` begins the message of an error. Raises BadInput if it fails,
    does not end or writes nothing. What it starts ends with it.
    """
    with (
        step(f"rendering: {shlex.join(argv)}"),
        tempfile.TemporaryFile("w+", errors="replace") as log,
    ):
        try:
            process = subprocess.Popen(
                argv,
                cwd=root,
                env={**os.environ, OUTPUT: str(output)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise BadInput(f"{place}: {shlex.join(argv)}: cannot be run: {error}") from None
        try:
            code: int | None = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
        log.seek(0)
        printed = last_lines(log.read())
    if code is None:
        raise BadInput(f"{place}: {shlex.join(argv)}: did not end within {limit} s{printed}")
    if code != 0:
        raise BadInput(f"{place}: {shlex.join(argv)}: exit code {code}{printed}")
    if not any(output.iterdir()):
        raise BadInput(f"{place}: {shlex.join(argv)}: wrote nothing into ${OUTPUT}{printed}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the command's process group, whatever of it still runs."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
