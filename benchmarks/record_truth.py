"""Validates configurations on one engine, for benchmarks/truth.py.

    python benchmarks/record_truth.py ENGINE DIRECTORY [--collection NAME] [--labs N] [NAME…]

writes DIRECTORY/NAME.json, the result of `validate`, for each configuration of a collection, which
is `attacks` or `shapes`, or for those that are named. What has its file already is left out: a run
that was stopped goes on when it is started again. With `--labs 2` two labs share the work. The exit
code is 1 if a trial failed for another reason than the configuration; the next run tries it again.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import judged_configurations
from judged_configurations import Configuration

from dockerd_lab.errors import BadInput, HarnessError
from dockerd_lab.host.labs import parallel_home
from dockerd_lab.machines.running import running
from dockerd_lab.project import Project, find_project
from dockerd_lab.settings import Settings, load_settings
from dockerd_lab.validate.run import ValidateRequest, prepared, trials

#: A lab that fails so often in a row is given up.
MAX_FAILURES = 3


def missing(names: Sequence[str], directory: Path) -> list[str]:
    """Return the names that have no result yet."""
    return [name for name in names if not (directory / f"{name}.json").exists()]


def validate(
    project: Project, settings: Settings, engine: str, name: str, configuration: Configuration
) -> str:
    """Return the result of `validate` for a configuration, as JSON; raises HarnessError."""
    with configuration.written(name) as (paths, provision):
        request = ValidateRequest(paths, provision=provision, engines=[engine])
        with prepared(project, settings, request) as ready:
            (tried,) = trials(project, settings, request, ready)
    return tried.result.model_dump_json(by_alias=True)


def work(
    lab: int, engine: str, directory: Path, collection: str, names: "SimpleQueue[str]"
) -> None:
    """Take names from a queue and write their results, in a lab of this process's own."""
    configurations = judged_configurations.load(collection)
    project = find_project()
    project = replace(project, state=parallel_home(project, f"truth{lab}"))
    settings = load_settings(project).with_engines(daemon=engine)
    failures = failures_in_a_row = 0
    with running(project, settings):
        while (name := names.get()) and failures_in_a_row < MAX_FAILURES:
            started = time.monotonic()
            try:
                result = validate(project, settings, engine, name, configurations[name])
            except (BadInput, HarnessError) as error:
                failures += 1
                failures_in_a_row += isinstance(error, HarnessError)
                print(f"lab {lab}: {name}: {error}", flush=True)
                continue
            failures_in_a_row = 0
            part = directory / f"{name}.part"
            part.write_text(result)
            part.replace(directory / f"{name}.json")  # a run that is stopped leaves no half of it
            print(f"lab {lab}: {name}: {time.monotonic() - started:.0f} s", flush=True)
    sys.exit(1 if failures else 0)


def main(engine: str, directory: Path, collection: str, labs: int, names: Sequence[str]) -> int:
    """Write the results that are missing; return how many labs ended with a failure."""
    directory.mkdir(parents=True, exist_ok=True)
    left = missing(names or list(judged_configurations.load(collection)), directory)
    print(f"{len(left)} configurations are left", flush=True)
    context = multiprocessing.get_context("spawn")
    queue: SimpleQueue[str] = context.SimpleQueue()
    workers: list[SpawnProcess] = [
        context.Process(target=work, args=(lab, engine, directory, collection, queue))
        for lab in range(min(labs, len(left)))
    ]
    for worker in workers:
        worker.start()
    for name in [*left, *[""] * labs]:
        queue.put(name)
    for worker in workers:
        worker.join()
    return sum(worker.exitcode != 0 for worker in workers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("engine", metavar="ENGINE")
    parser.add_argument("directory", type=Path, metavar="DIRECTORY")
    parser.add_argument("--collection", choices=("attacks", "shapes"), default="attacks")
    parser.add_argument("--labs", type=int, default=1, metavar="N", help="labs at a time")
    parser.add_argument("names", nargs="*", metavar="NAME", help="all by default")
    options = parser.parse_args()
    arguments = (options.engine, options.directory, options.collection, options.labs, options.names)
    sys.exit(1 if main(*arguments) else 0)
