"""What was seen on real machines, by which benchmarks/agreement.py judges lint.

    python benchmarks/truth.py ENGINE DIRECTORY COMMIT [COLLECTION]

makes a file in truth/ of the results of `validate` in DIRECTORY, a NAME.json for each configuration
of a collection of judged_configurations.py (`attacks` if none is given), which were seen with the
repository at COMMIT; benchmarks/record_truth.py makes these. Of each it keeps whether dockerd
starts, its errors, the listeners before and after a boot, who gets what, and the verdict. What is
expected of an attack had been written down before: where something else was seen, lint is not
judged by it.

The other collection are this repository's own cases, in tests/recorded.
"""

import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import judged_configurations
import recordings
from judged_configurations import Configuration

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.cases.model import Variant
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.judge import judge
from dockerd_lab.judge.verdict import Result
from dockerd_lab.lint.compare import Seen, seen_in, start_errors
from dockerd_lab.lint.facts import load_facts
from dockerd_lab.lint.packaged import PACKAGED, unit_of
from dockerd_lab.lint.predict import predict
from dockerd_lab.lint.prediction import Prediction
from dockerd_lab.observe.observation import Observation
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.standins.prepared import prepare_case

DIRECTORY = Path(__file__).with_suffix("")
#: The collections, by what is in them.
COLLECTIONS = {
    "cases": "this repository's cases",
    "attacks": "configurations of tests/attacks",
    "shapes": "configurations after public shapes",
}
#: Why something is left out of the comparison.
BY_SCRIPT = "a script puts it into effect, which lint does not read"
NOT_AS_WRITTEN = "the machines did not show what had been written down before"
MORE_THAN_FILES = "the fix changed more than files, or the case is gone"


@dataclass(frozen=True)
class Pair:
    """What was seen of a configuration, beside what lint predicts."""

    subject: str
    seen: Seen | None = None
    prediction: Prediction | None = None
    left_out: str = ""
    """Why they are not compared."""


def pairs(collection: str, engine: str) -> Iterator[Pair]:
    """Yield the pairs of a collection on an engine."""
    yield from of_cases(engine) if collection == "cases" else of_collection(collection, engine)


def of_cases(engine: str) -> Iterator[Pair]:
    """Yield a pair for each recorded observation of this repository's cases."""
    project = find_project()
    settings = load_settings(project)
    cases = {case.name: case for case in find_cases(project)}
    for observation in recordings.read(engine):
        subject, daemon = observation.subject, observation.daemon
        fixed = subject.endswith("-fixed")
        if observation.case not in cases or (fixed and not daemon.changed_files):
            yield Pair(subject, left_out=MORE_THAN_FILES)
            continue
        case = cases[observation.case].for_variant(
            Variant(settings.engine(engine).docker, fixed=fixed)
        )
        judgement = judge(prepare_case(case, settings), observation, case)
        listeners = (f"{one.protocol} {one.address} {one.program}" for one in daemon.listeners)
        seen = Seen(
            daemon.outcome.daemon,
            start_errors(error.id for error in judgement.errors),
            tuple(sorted(listeners)),
            {who: each.level for who, each in observation.exposure.items()},
            tuple(sorted({each.setting for each in judgement.no_effect})),
        )
        yield Pair(subject, seen, _predict([case.directory], engine, observation))


def of_collection(collection: str, engine: str) -> Iterator[Pair]:
    """Yield a pair for each configuration of another collection that was seen on an engine."""
    file = truth_file(collection, engine)
    recorded = json.loads(file.read_text())["configurations"] if file.exists() else {}
    configurations = judged_configurations.load(collection)
    for name, kept in recorded.items():
        subject = f"{engine}/{name}"
        if name not in configurations:
            yield Pair(subject, left_out=MORE_THAN_FILES)
        elif collection == "attacks" and configurations[name].script:
            yield Pair(subject, left_out=BY_SCRIPT)
        elif collection == "attacks" and judged_configurations.expected(name, engine) != (
            kept["verdict"],
            kept["exposure"]["outsider"],
        ):
            yield Pair(subject, left_out=NOT_AS_WRITTEN)
        else:
            seen = Seen(
                kept["daemon"],
                tuple(kept["errors"]),
                tuple(kept["listeners"]),
                kept["exposure"] if kept["verdict"] != "incomplete" else {},
                tuple(kept["no_effect"]),
            )
            yield Pair(subject, seen, _predict_configuration(name, configurations[name], engine))


def truth_file(collection: str, engine: str) -> Path:
    """Return the file with what was seen of a collection on an engine."""
    return (
        DIRECTORY / f"{engine}.json"
        if collection == "attacks"
        else (DIRECTORY / f"{collection}-{engine}.json")
    )


def _predict_configuration(name: str, configuration: Configuration, engine: str) -> Prediction:
    with configuration.written(name) as (paths, provision), tempfile.TemporaryDirectory() as into:
        inputs = collect(paths, Path(into), provision=provision)
        return predict(inputs, load_facts(engine), PACKAGED)


def _predict(paths: list[Path], engine: str, observation: Observation | None = None) -> Prediction:
    """Return the prediction for an input, with the files that a fix has changed."""
    with tempfile.TemporaryDirectory() as directory:
        inputs = collect(paths, Path(directory))
        unit = unit_of(inputs)
        if observation is not None and observation.subject.endswith("-fixed"):
            inputs = _with_changed_files(inputs, observation)
        return predict(inputs, load_facts(engine), unit or PACKAGED)


def _with_changed_files(inputs: Input, observation: Observation) -> Input:
    """Return an input as a fix has left it: the scripts before it count no more."""
    changes = {
        path: text
        for path, text in observation.daemon.changed_files.items()
        if not path.startswith(("/lib/", "/usr/lib/"))
    }
    return replace(inputs, scripts={}).with_changes(changes)


def record(result: Result) -> dict[str, Any]:
    """Return what is kept of a result of `validate`."""
    exposure = result.exposure.model_dump(by_alias=True, exclude_none=True)
    return dataclasses.asdict(replace(seen_in(result), exposure=exposure)) | {
        "verdict": result.verdict
    }


def read_result(file: Path) -> Result:
    """Return the only result in a file: of a Result, or of `validate --json`."""
    data = json.loads(file.read_text())
    return Result.model_validate(data["results"][0] if "results" in data else data)


def main(engine: str, directory: str, commit: str, collection: str = "attacks") -> None:
    """Write the truth about an engine."""
    known = judged_configurations.load(collection)
    files = [file for file in sorted(Path(directory).glob("*.json")) if file.stem in known]
    results = {file.stem: read_result(file) for file in files}
    kept = {name: record(result) for name, result in results.items()}
    versions = {result.engine_version for result in results.values()}
    last = max(file.stat().st_mtime for file in files)
    lines = [f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in kept.items()]
    head = {
        "engine": engine,
        "docker": " ".join(sorted(versions)),
        "commit": commit,
        "date": time.strftime("%Y-%m-%d", time.gmtime(last)),
    }
    text = json.dumps(head, indent=1).removesuffix("\n}")
    text += ',\n "configurations": {\n' + ",\n".join(lines) + "\n }\n}\n"
    truth_file(collection, engine).write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
