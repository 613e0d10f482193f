"""Measures what lint takes: one directory, and a project of 200 configurations.

    python benchmarks/lint_times.py [--json FILE]

Prints the processor time (user and system) of whole processes in seconds: the least and the median
of some runs. What else the computer does only adds to it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS, CONFIGURATIONS = 9, 200
#: Seconds of processor time, for the least of the runs.
LIMITS = {"one directory": 0.35, "200 configurations": 3.0}
DROP_IN = "etc/systemd/system/docker.service.d/override.conf"
FILES = {
    DROP_IN: "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --containerd=/run/containerd/x\n",
    "etc/docker/daemon.json": '{"hosts": ["fd://", "tcp://127.0.0.1:PORT"], "log-level": "warn"}',
}


def write(top: Path, port: int) -> None:
    """Write a configuration."""
    for path, text in FILES.items():
        file = top / path
        file.parent.mkdir(parents=True)
        file.write_text(text.replace("PORT", str(port)))


def measure(directory: Path, *arguments: str) -> float:
    """Return the processor time of one run, in seconds."""
    code = "from dockerd_lab.cli.app import main; main()"
    argv = [sys.executable, "-c", code, "lint", *arguments]
    before = os.times()
    subprocess.run(argv, cwd=directory, stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    children = after.children_user + after.children_system
    return children - before.children_user - before.children_system


def main(file: Path | None) -> int:
    """Print the figures; return how many are over their limit."""
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        one, project = Path(name, "one"), Path(name, "project")
        write(one / "host", 2375)
        for number in range(CONFIGURATIONS):
            write(project / f"hosts/{number}", 3000 + number)
        (project / "dockerd-lab.yaml").write_text("configurations:\n  - hosts/*\n")
        for what, directory, arguments in (
            ("one directory", one, ["host"]),
            ("200 configurations", project, []),
        ):
            runs = [measure(directory, *arguments) for _ in range(RUNS)]
            least, median = round(min(runs), 2), round(statistics.median(runs), 2)
            limit = LIMITS[what]
            figures[what] = {"least": least, "median": median, "limit": limit}
            print(f"{what}: {least} s of processor time, median {median} s (limit {limit} s)")
    if file is not None:
        file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return sum(each["least"] > each["limit"] for each in figures.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    sys.exit(1 if main(parser.parse_args().json) else 0)
