"""The result of a run, made by the judge from what was recorded on real machines."""

import functools
import tempfile
from pathlib import Path

import recordings
from prepared import CASES, SETTINGS

from dockerd_lab.cases.model import Variant
from dockerd_lab.inputs.collect import collect
from dockerd_lab.judge.judge import judge, verdict
from dockerd_lab.judge.verdict import Report
from dockerd_lab.standins.prepared import prepare

ENGINES = ("debian-12", "debian-14")


@functools.cache
def recorded_reports(engines=ENGINES):
    """The verdicts by policy on every case: what `validate` says of its files."""
    observations = {
        (seen.case, engine): seen
        for engine in engines
        for seen in recordings.read(engine)
        if not seen.subject.endswith("-fixed")
    }
    return [
        _report(case, [observations[case.name, engine] for engine in engines]) for case in CASES
    ]


def _report(case, observations):
    with tempfile.TemporaryDirectory() as directory:
        given = prepare(collect([case.directory], Path(directory)), SETTINGS)
    results = []
    for seen in observations:
        version = Variant(SETTINGS.engine(seen.engine).docker).version
        judgement = judge(given, seen)
        results.append(verdict(given, seen, judgement, version=version, unit="", dockerd=""))
    return Report(case=case.name, results=results)
