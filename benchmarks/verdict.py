"""How long a verdict takes beside the restart that it is about, in one run.

    ./bootstrap dockerd-lab up
    ./bootstrap python benchmarks/verdict.py DIRECTORY…

For each directory, laid out like the machine, and three times in turns: its files are brought into
effect by hand on freshly restored machines, which is `systemctl daemon-reload`, where there is a
unit among them, and `systemctl restart docker`; and it is validated. `command` is how long
that takes with the restore of the machines, `verdict` without, and `rest` what is left of it beside
the restart by hand and the container that proves root.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from dockerd_lab.errors import HarnessError
from dockerd_lab.machines import ssh
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.running import running
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.validate.run import ValidateRequest, prepared, trials

TURNS = 3
#: A machine's clock, without another process.
UPTIME = "read -r up _ </proc/uptime; echo $up"
#: What is shown by a container that ran, whose seconds are its own.
PROOF = "full-control"


def by_hand(fleet: Fleet, top: Path) -> list[float]:
    """Seconds on the machine to read its units again, and to restart docker, with these files."""
    fleet.restore()
    archive = subprocess.run(
        ["tar", "--owner=0", "--group=0", "-cf", "-", "-C", top, "."],
        capture_output=True,
        check=True,
    ).stdout
    what = f"installing {top}"
    completed = ssh.run(fleet.lab, "daemon", "tar -xf - -C /", what=what, timeout=60, stdin=archive)
    if completed.returncode != 0:
        raise HarnessError(f"{what}: {completed.stderr.decode()}")
    reload = "systemctl daemon-reload" if (top / "etc/systemd").exists() else "true"
    command = f"{UPTIME}; {reload}; {UPTIME}; systemctl restart docker >&2; {UPTIME}"
    completed = ssh.run(fleet.lab, "daemon", command, what="restarting docker", timeout=180)
    begun, read, ended = map(float, completed.stdout.split())
    return [read - begun, ended - read]


def main(directories: list[str]) -> None:
    """Print a line per turn and a median per directory, in seconds."""
    project = find_project()
    settings = load_settings(project)
    columns = ("reload", "restart", "command", "verdict", "dockerd", "proof", "rest")
    print(f"{'':20}" + "".join(f"{name:>9}" for name in columns))
    for top in map(Path, directories):
        request = ValidateRequest([top], allow_insecure=True)
        rows = []
        for _ in range(TURNS):
            with running(project, settings) as fleet:
                hand = by_hand(fleet, top)
            started = time.monotonic()
            with prepared(project, settings, request) as ready:
                (trial,) = trials(project, settings, request, ready)
            took = time.monotonic() - started
            result = trial.result
            proof = max([0, *(p.seconds for p in result.proofs if p.level == PROOF)])
            rest = result.seconds - sum(hand) - proof
            rows.append([*hand, took, result.seconds, result.start_seconds, proof, rest])
            print(f"{top.name:20}" + "".join(f"{seconds:9.1f}" for seconds in rows[-1]))
        medians = [statistics.median(column) for column in zip(*rows, strict=True)]
        print(f"{'median':20}" + "".join(f"{seconds:9.1f}" for seconds in medians))


if __name__ == "__main__":
    main(sys.argv[1:])
