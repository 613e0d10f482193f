"""Writes down what was seen, for whoever looks into a failure: one file per source."""

import shutil
from pathlib import Path

from dockerd_lab.errors import on_this_computer
from dockerd_lab.host.labs import lab_home
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.observation import Observation
from dockerd_lab.redact import redact


@on_this_computer()
def write(fleet: Fleet, seen: Observation) -> Path:
    """Write the evidence of an observation and return its directory."""
    directory = lab_home(fleet.root) / "artifacts" / seen.subject
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
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
    for name, text in texts.items():
        if text.strip():
            (directory / name).write_text(redact(text).rstrip() + "\n", encoding="utf-8")
    for console in fleet.lab.consoles.glob("*.log"):
        shutil.copy(console, directory / f"console-{console.name}")
    return directory


def _conversation(answers: dict[str, CommandResult]) -> str:
    """What a machine typed and got, as on a terminal."""
    return "\n\n".join(
        f"$ {a.command}\n{a.output}\n(exit code {a.exit_code}, {a.seconds:.2f} s)"
        for a in answers.values()
    )
