"""Runs a case's scripts that show or fix a failure; each command is printed before it runs."""

import shlex
from pathlib import Path

from dockerd_lab.cases.model import Configuration
from dockerd_lab.machines.batch import run_on
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.trial.apply import apply_fix

#: Seconds a case's show.sh or fix-client.sh may take.
SCRIPT_LIMIT = 180


def run_show_scripts(fleet: Fleet, case: Configuration) -> dict[str, str]:
    """Run show.sh on `daemon` and show-client.sh on `client`; return their output by machine."""
    output = {}
    for machine, name in {"daemon": "show.sh", "client": "show-client.sh"}.items():
        if (case.directory / name).is_file():
            output[machine] = _run_script(fleet, machine, case.directory / name).stdout
    return output


def run_fix_scripts(
    fleet: Fleet, case: Configuration, unit: str | None = None
) -> dict[str, CommandResult]:
    """Run fix.sh on `daemon` and fix-client.sh on `client`; return their results by machine."""
    results = {}
    if (case.directory / "fix.sh").is_file():
        results["daemon"] = apply_fix(fleet.lab, fleet.project, case, fleet.address, unit)
    if (script := case.directory / "fix-client.sh").is_file():
        results["client"] = _run_script(fleet, "client", script, "set -e; ")
    return results


def _run_script(fleet: Fleet, machine: str, script: Path, prefix: str = "") -> CommandResult:
    """Run a script on a machine, with each command printed; `prefix` is run before the script."""
    # Standard error goes to standard output, in the order in which a terminal shows them.
    shell_lines = f"exec 2>&1; {prefix}PS4='$ '; set -x; {script.read_text()}"
    command = RemoteCommand(f"sh -c {shlex.quote(shell_lines)}", SCRIPT_LIMIT)
    return run_on(fleet.lab, fleet.project, machine, {script.name: command})[script.name]
