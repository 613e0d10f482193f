"""What was seen on real machines, by which benchmarks/agreement.py judges lint.

    python benchmarks/truth.py ENGINE DIRECTORY COMMIT

makes truth/ENGINE.json of the results of `validate` in DIRECTORY, a NAME.json for each
configuration of tests/attacks, which were seen with the repository at COMMIT. Of each it keeps
whether dockerd starts, its errors, the listeners before and after a boot, who gets what, and the
verdict. Before a configuration was tried, its verdict and what an outsider gets had been written
down: where something else was seen, that is kept too, and lint is not judged by either.

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

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests/attacks"))

import recordings
from every import EVERY

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
COLLECTIONS = {"cases": "this repository's cases", "attacks": "configurations of tests/attacks"}
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
    yield from of_cases(engine) if collection == "cases" else of_attacks(engine)


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


def of_attacks(engine: str) -> Iterator[Pair]:
    """Yield a pair for each configuration of tests/attacks that was seen on an engine."""
    file = DIRECTORY / f"{engine}.json"
    recorded = json.loads(file.read_text())["configurations"] if file.exists() else {}
    for name, kept in recorded.items():
        subject = f"{engine}/{name}"
        if EVERY[name].script:
            yield Pair(subject, left_out=BY_SCRIPT)
        elif "written" in kept:
            yield Pair(subject, left_out=NOT_AS_WRITTEN)
        else:
            seen = Seen(
                kept["daemon"],
                tuple(kept["errors"]),
                tuple(kept["listeners"]),
                kept["exposure"] if kept["verdict"] != "incomplete" else {},
                tuple(kept["no_effect"]),
            )
            with tempfile.TemporaryDirectory() as directory:
                top = Path(directory, name)
                for path, text in EVERY[name].files.items():
                    (top / path).parent.mkdir(parents=True, exist_ok=True)
                    (top / path).write_text(text)
                yield Pair(subject, seen, _predict([top], engine))


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


def record(result: Result, name: str) -> dict[str, Any]:
    """Return what is kept of a result of `validate`."""
    seen = seen_in(result)
    exposure = result.exposure.model_dump(by_alias=True, exclude_none=True)
    kept = dataclasses.asdict(replace(seen, exposure=exposure)) | {"verdict": result.verdict}
    attack = EVERY[name]
    written = [attack.verdict, attack.outsider]
    if result.engine in attack.not_on:
        written = ["passed", "refused"]
    if written != [result.verdict, result.exposure.outsider]:
        kept["written"] = written
    return kept


def main(engine: str, directory: str, commit: str) -> None:
    """Write the truth about an engine."""
    files = sorted(Path(directory).glob("*.json"))
    results = {
        file.stem: Result.model_validate_json(file.read_text())
        for file in files
        if file.stem in EVERY
    }
    kept = {name: record(result, name) for name, result in results.items()}
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
    (DIRECTORY / f"{engine}.json").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
