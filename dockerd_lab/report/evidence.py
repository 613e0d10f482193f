"""Writes down what was seen, for whoever looks into a failure: one file per source."""

import shutil
from pathlib import Path

from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.vagrant import consoles
from dockerd_lab.observe.observation import Observation, RemoteSeen


def write(fleet: Fleet, seen: Observation) -> Path:
    """Write the evidence of an observation and return its directory."""
    directory = fleet.lab.home / "artifacts" / seen.subject
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    raw = seen.daemon.raw
    texts = {
        "journal.txt": "\n".join(map(str, seen.daemon.journal)),
        "by-hand.txt": seen.daemon.by_hand,
        "netstat.txt": f"{raw['tcp'].stdout}\n{raw['unix'].stdout}",
        "unit.txt": raw["unit_files"].said,
        "unit-state.txt": f"{raw['service'].stdout}\n{raw['socket'].stdout}",
        "daemon.json": raw["daemon_json"].stdout,
        "outcome.txt": raw["outcome"].stdout,
        "client.txt": _conversation(seen.client),
        "outsider.txt": _conversation(seen.outsider),
        "versions.txt": "\n".join(f"{k}: {v}" for k, v in fleet.versions.items()),
    }
    for name, text in texts.items():
        if text.strip():
            (directory / name).write_text(text.rstrip() + "\n")
    for console in consoles(fleet.lab).glob("*.log"):
        shutil.copy(console, directory / f"console-{console.name}")
    return directory


def _conversation(seen: RemoteSeen) -> str:
    """What a machine typed and got, as on a terminal."""
    return "\n\n".join(
        f"$ {a.command}\n{a.said}\n(exit code {a.exit_code}, {a.seconds:.2f} s)"
        for a in seen.answers.values()
    )
