"""Writes the evidence of an observation, to find the reason of a failure: one file per source.

Only the user can read it, whatever the umask, and it is redacted.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from dockerd_lab.errors import os_errors_as_harness_errors
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.observation import Observation
from dockerd_lab.redaction.redact import redacted


@os_errors_as_harness_errors()
def write(fleet: Fleet, observation: Observation) -> Path:
    """Write the evidence of an observation and return its directory."""
    home = fleet.project.state
    home.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(home / "artifacts" / observation.subject, ignore_errors=True)
    directory = home
    for name in ("artifacts", *observation.subject.split("/")):
        directory /= name
        _make_private(directory)
    raw = observation.daemon.raw
    texts = {
        "journal.txt": "\n".join(map(str, observation.daemon.journal)),
        "by-hand.txt": observation.daemon.by_hand,
        "netstat.txt": f"{raw['tcp'].stdout}\n{raw['unix'].stdout}",
        "nginx.txt": raw["nginx"].stdout,
        "unit.txt": raw["unit_files"].output,
        "unit-state.txt": raw["units"].stdout,
        "daemon.json": raw["daemon_json"].stdout,
        "outcome.txt": raw["outcome"].stdout,
        "units.txt": raw["unit_states"].stdout if "unit_states" in raw else "",
        "client.txt": _transcript(observation.client),
        "shown.txt": "\n".join(f"on {m}:\n{text}" for m, text in observation.show_output.items()),
        "fix.txt": "\n".join(f"on {m}:\n{a.output}" for m, a in observation.fix.items()),
        "exposure.txt": "\n".join(
            f"{w}: {attempt}" for w, e in observation.exposure.items() for attempt in e.attempts
        ),
        "versions.txt": "\n".join(f"{k}: {v}" for k, v in fleet.versions.items()),
    }
    for console in fleet.lab.consoles.glob("*.log"):
        texts[f"console-{console.name}"] = console.read_text(encoding="utf-8", errors="replace")
    for name, text in redacted(texts).items():
        if text.strip():
            _write_private(directory / name, text.rstrip() + "\n")
    return directory


def _make_private(directory: Path) -> None:
    """Make a directory that only the user may enter, or make one so that is there."""
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    directory.chmod(0o700)  # an earlier version's may be open; and a umask may take what is needed


def _write_private(file: Path, text: str) -> None:
    """Write a new file that only the user may read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)  # a umask may have taken even that
        stream.write(text.encode("utf-8", errors="replace"))


def _transcript(results: dict[str, CommandResult]) -> str:
    """Return the commands of a machine and their output, as on a terminal."""
    return "\n\n".join(
        f"$ {result.command}\n{result.output}\n(exit code {result.exit_code},"
        f" {result.seconds:.2f} s)"
        for result in results.values()
    )
