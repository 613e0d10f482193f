"""Merges the results of several runs, such as the jobs of a CI matrix, into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockerd_lab.errors import BadInput
from dockerd_lab.judge.verdict import ProjectReport, Report, Result


@dataclass(frozen=True)
class Merged:
    """What several runs found together."""

    reports: list[Report]
    missing: list[str]
    """The configurations that were not tried on an engine on which others were."""


def merge(runs: Mapping[str, ProjectReport], engines: Sequence[str]) -> Merged:
    """Return the reports of runs, by the names of their files, as one run of all would give them.

    `engines` is the order of the engines; those that must be there are the ones of any run. Raises
    BadInput if two runs have a configuration of one name and other files, or the same results.
    """
    first: dict[str, tuple[str, Report]] = {}
    results: dict[str, dict[str, tuple[str, Result]]] = {}
    for file, run in runs.items():
        for report in run.configurations:
            earlier, same = first.setdefault(report.case, (file, report))
            if report.digest != same.digest:
                raise BadInput(f"{file}: {report.case} is another configuration than in {earlier}")
            by_engine = results.setdefault(report.case, {})
            for result in report.results:
                if result.engine in by_engine:
                    where = by_engine[result.engine][0]
                    raise BadInput(f"{file}: {report.case} on {result.engine} is in {where}, too")
                by_engine[result.engine] = (file, result)
    tried = {engine for by_engine in results.values() for engine in by_engine}
    order = [*(each for each in engines if each in tried), *sorted(tried - {*engines})]
    return Merged(
        reports=[
            first[name][1].model_copy(
                update={"results": [by_engine[e][1] for e in order if e in by_engine]}
            )
            for name, by_engine in results.items()
        ],
        missing=[
            f"{name} on {engine}"
            for name, by_engine in results.items()
            for engine in order
            if engine not in by_engine and engine in (first[name][1].run_on or order)
        ],
    )
