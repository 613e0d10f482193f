"""How long the lab's parts take, in one run, so that their ratios mean something.

    ./bootstrap python benchmarks/times.py [CASE…]

Starts the lab (or uses the running one), restores the machines five times, and applies and observes
each case once, beside the seconds that dockerd itself took.
"""

import statistics
import sys
import time

from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.machines.running import running
from dockerd_lab.observe.client_tools import TOOLS
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.standins.prepared import prepare_case
from dockerd_lab.trial.trial import Plan, run_trial

RESTORES = 5


def main(patterns: list[str]) -> None:
    """Print one line per measure, in seconds."""
    project = find_project()
    cases = select(find_cases(project), patterns)
    started = time.monotonic()
    with running(project, load_settings(project)) as fleet:
        print(f"lab with its machines: {time.monotonic() - started:.1f}")
        restores = []
        for _ in range(RESTORES):
            started = time.monotonic()
            fleet.restore()
            restores.append(time.monotonic() - started)
        print(f"restore of three machines: median {statistics.median(restores):.2f},", end=" ")
        print(f"{min(restores):.2f} to {max(restores):.2f}")
        print(f"{'case':36}{'all':>8}{'apply':>8}{'observe':>9}{'dockerd':>9}")
        for case in cases:
            inspected = prepare_case(case, fleet.settings).inspected
            plan = Plan(case, case.name, inspected=inspected, tools=TOOLS, check_idempotent=True)
            observation = run_trial(fleet, plan, quiet=True)
            parts = (
                observation.seconds,
                observation.apply_seconds,
                observation.seconds - observation.apply_seconds,
            )
            print(f"{case.name:36}{parts[0]:8.1f}{parts[1]:8.1f}{parts[2]:9.1f}", end="")
            print(f"{observation.daemon.daemon_start_seconds:9.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
