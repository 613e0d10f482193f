"""Runs a case's own scripts that show a failure, or mend it, as a person would type them."""

import shlex
from pathlib import Path

from dockerd_lab.cases.model import Configuration
from dockerd_lab.machines.batch import run_on
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.trial.apply import fix as fix_daemon

#: Seconds a case's show.sh or fix-client.sh may take.
SCRIPT_LIMIT = 180


def show(fleet: Fleet, case: Configuration) -> dict[str, str]:
    """Run the case's show.sh on `daemon` and show-client.sh on `client`; return what they print."""
    printed = {}
    for machine, name in {"daemon": "show.sh", "client": "show-client.sh"}.items():
        if (case.directory / name).is_file():
            printed[machine] = _run(fleet, machine, case.directory / name).stdout
    return printed


def mend(fleet: Fleet, case: Configuration, unit: str | None = None) -> dict[str, CommandResult]:
    """Mend an applied failure, by its fix.sh on `daemon` and its fix-client.sh on `client`."""
    done = {}
    if (case.directory / "fix.sh").is_file():
        done["daemon"] = fix_daemon(fleet.lab, fleet.root, case, fleet.address, unit)
    if (script := case.directory / "fix-client.sh").is_file():
        done["client"] = _run(fleet, "client", script, "set -e; ")
    return done


def _run(fleet: Fleet, machine: str, script: Path, before: str = "") -> CommandResult:
    """Run a script on a machine, each command shown as it would be typed; `before` comes first."""
    # Standard error into standard output, in the order in which a terminal has them.
    typed = f"exec 2>&1; {before}PS4='$ '; set -x; {script.read_text()}"
    question = RemoteCommand(f"sh -c {shlex.quote(typed)}", SCRIPT_LIMIT)
    return run_on(fleet.lab, fleet.root, machine, {script.name: question})[script.name]
