"""Writes down what was seen, for whoever looks into a failure: one file per source.

It is the user's alone, whatever the umask, and has no secrets as far as they are recognised.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from dockerd_lab.errors import on_this_computer
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.observation import Observation
from dockerd_lab.redaction.redact import redacted


@on_this_computer()
def write(fleet: Fleet, seen: Observation) -> Path:
    """Write the evidence of an observation and return its directory."""
    home = fleet.project.state
    home.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(home / "artifacts" / seen.subject, ignore_errors=True)
    directory = home
    for name in ("artifacts", *seen.subject.split("/")):
        directory /= name
        _make_private(directory)
    raw = seen.daemon.raw
    texts = {
        "journal.txt": "\n".join(map(str, seen.daemon.journal)),
        "by-hand.txt": seen.daemon.by_hand,
        "netstat.txt": f"{raw['tcp'].stdout}\n{raw['unix'].stdout}",
        "nginx.txt": raw["nginx"].stdout,
        "unit.txt": raw["unit_files"].output,
        "unit-state.txt": raw["units"].stdout,
        "daemon.json": raw["daemon_json"].stdout,
        "outcome.txt": raw["outcome"].stdout,
        "client.txt": _conversation(seen.client),
        "shown.txt": "\n".join(f"on {m}:\n{text}" for m, text in seen.show_output.items()),
        "fix.txt": "\n".join(f"on {m}:\n{a.output}" for m, a in seen.fix.items()),
        "exposure.txt": "\n".join(
            f"{w}: {attempt}" for w, e in seen.exposure.items() for attempt in e.attempts
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


def _conversation(answers: dict[str, CommandResult]) -> str:
    """What a machine typed and got, as on a terminal."""
    return "\n\n".join(
        f"$ {a.command}\n{a.output}\n(exit code {a.exit_code}, {a.seconds:.2f} s)"
        for a in answers.values()
    )
