"""How many small faults in judge/, config/ and explain/ the unit tests notice.

    tox -e mutants -- [--sample N] [--seed N] [--workers N]

Works in copies of the checkout. Runs the unit tests once and notes who covers what (`covering.py`).
Then tries sampled mutants (`mutations.py`), one at a time: one is killed when a test that covers
its line fails, the quickest first. Of a line that runs on import, those are the tests that cover
its module or one that imports it. Prints each mutant with its outcome. 300 take half an hour.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import docker  # noqa: F401  (imported here once: a process per mutant is forked from this one)
import hypothesis  # noqa: F401
import pydantic  # noqa: F401
import pytest
import rich.table  # noqa: F401
import typer  # noqa: F401
import yaml  # noqa: F401
from covering import PYTEST, record
from mutations import Mutant, mutants_of

TOP = Path(__file__).resolve().parent.parent
ROOMS = ("dockerd_lab/judge", "dockerd_lab/config", "dockerd_lab/explain")
NOT_COPIED = shutil.ignore_patterns(".git", ".lab", ".venv", ".tox", ".*_cache")


def run_tests(tests: list[str], seconds: float) -> int:
    """Run tests that take so many seconds; return pytest's exit code.

    An endless loop, and waiting without end, end the process.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (20 + int(seconds), 25 + int(seconds)))
    signal.alarm(300 + 3 * int(seconds))
    return pytest.main([*PYTEST, *tests])


def log_of(copy: Path) -> Path:
    """Return where the output of a copy's last tests is."""
    return copy.with_suffix(".log")


def fork(copy: Path, function, *args) -> int:
    """Run a function in a process of its own, in a copy of the checkout; return the process id."""
    if child := os.fork():
        return child
    code = 99
    try:
        os.setsid()
        os.chdir(copy)
        sys.path.insert(0, str(copy))
        os.environ |= {"PYTHONPATH": str(copy), "PYTEST_ADDOPTS": f"--basetemp={copy}.tmp"}
        with log_of(copy).open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        code = int(function(*args))
    finally:
        os._exit(code)


def tests_of(mutant: Mutant, covered: dict, seconds: dict) -> list[str]:
    """Return the tests that a mutant may concern, the quickest first."""
    path, recorded = mutant.path, covered.get(mutant.path, {})
    tests = {test for line in mutant.lines for test in recorded.get(str(line), [])}
    if "" in tests or not tests:
        package, _, name = path.removesuffix(".py").replace("/", ".").rpartition(".")
        imported = re.compile(rf"from {package}([.]{name} import| import .*\b{name}\b)")
        users = [user for user in covered if imported.search((TOP / user).read_text())]
        lines = [line for user in (path, *users) for line in covered.get(user, {}).values()]
        tests = {test for line in lines for test in line}
    return sorted(tests - {""}, key=seconds.__getitem__)


def main() -> None:
    """Print the mutants with their outcomes, and how many were killed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    files = [file.relative_to(TOP) for room in ROOMS for file in sorted((TOP / room).glob("*.py"))]
    every = [each for file in files for each in mutants_of(str(file), (TOP / file).read_bytes())]
    sample = random.Random(options.seed).sample(every, options.sample)  # noqa: S311
    outcomes: Counter[str] = Counter()
    running: dict[int, tuple[Path, Mutant]] = {}

    def collect() -> Path:
        """Wait for one mutant's tests, print its outcome, and return its copy, as it was."""
        child, status = os.wait()
        copy, mutant = running.pop(child)
        shutil.copy2(TOP / mutant.path, copy / mutant.path)
        outcome = "survived" if status == 0 else "killed"
        outcomes[outcome] += 1
        change = " ".join(mutant.change.split())
        print(f"{outcome:8} {mutant.path}:{mutant.lines[0]}: {change}", flush=True)
        return copy

    with tempfile.TemporaryDirectory(prefix="mutants") as made:
        recorded = Path(made, "recorded")
        copies = [Path(made, str(number)) for number in range(options.workers)]
        shutil.copytree(TOP, copies[0], symlinks=True, ignore=NOT_COPIED)
        if os.waitpid(fork(copies[0], record, recorded, ROOMS), 0)[1]:
            sys.exit(f"the unit tests fail without a mutant:\n{log_of(copies[0]).read_text()}")
        covered, seconds = json.loads(recorded.read_text())
        for copy in copies[1:]:
            shutil.copytree(copies[0], copy, symlinks=True)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = True
        for mutant in sample:
            tests = tests_of(mutant, covered, seconds)
            copy = copies.pop() if copies else collect()
            (copy / mutant.path).write_bytes(mutant.source)
            limit = sum(seconds[test] for test in tests)
            running[fork(copy, run_tests, tests, limit)] = (copy, mutant)
        while running:
            collect()
    print(f"{options.sample} of {len(every)} mutants: {dict(outcomes)}")


if __name__ == "__main__":
    main()
