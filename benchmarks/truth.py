"""What was seen on real machines, by which benchmarks/agreement.py judges lint.

    python benchmarks/truth.py ENGINE DIRECTORY COMMIT

makes truth/ENGINE.json of the results of `validate` in DIRECTORY, a NAME.json for each
configuration of tests/attacks, which were seen with the repository at COMMIT. Of each it keeps
whether dockerd starts, its errors, the listeners before and after a boot, who gets what, and the
verdict. Before a configuration was tried, its verdict and what an outsider gets had been written
down: where something else was seen, that is kept too, and lint is not judged by either.

The other collection are this repository's own cases, in tests/recorded.
"""

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
from dockerd_lab.explain.model import known_errors
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.judge import judge
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
class Truth:
    """What was seen of one configuration on one engine."""

    daemon: str
    """`active`, `failed` or `unchanged`."""
    errors: tuple[str, ...]
    """The ids of those known errors for which dockerd does not start."""
    listeners: tuple[str, ...]
    exposure: dict[str, str]
    """Empty where the verdict is incomplete: somebody may get more than was shown."""
    no_effect: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """What was seen of a configuration, beside what lint predicts."""

    subject: str
    truth: Truth | None = None
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
        truth = Truth(
            daemon.outcome.daemon,
            _start_errors(error.id for error in judgement.errors),
            tuple(sorted(listeners)),
            {who: each.level for who, each in observation.exposure.items()},
            tuple(sorted({each.setting for each in judgement.no_effect})),
        )
        yield Pair(subject, truth, _predict([case.directory], engine, observation))


def of_attacks(engine: str) -> Iterator[Pair]:
    """Yield a pair for each configuration of tests/attacks that was seen on an engine."""
    file = DIRECTORY / f"{engine}.json"
    recorded = json.loads(file.read_text())["configurations"] if file.exists() else {}
    for name, seen in recorded.items():
        subject = f"{engine}/{name}"
        if EVERY[name].script:
            yield Pair(subject, left_out=BY_SCRIPT)
        elif "written" in seen:
            yield Pair(subject, left_out=NOT_AS_WRITTEN)
        else:
            truth = Truth(
                seen["daemon"],
                tuple(seen["errors"]),
                tuple(seen["listeners"]),
                seen["exposure"] if seen["verdict"] != "incomplete" else {},
                tuple(seen["no_effect"]),
            )
            with tempfile.TemporaryDirectory() as directory:
                top = Path(directory, name)
                for path, text in EVERY[name].files.items():
                    (top / path).parent.mkdir(parents=True, exist_ok=True)
                    (top / path).write_text(text)
                yield Pair(subject, truth, _predict([top], engine))


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
    nowhere = replace(inputs, directory=Path("/nonexistent"))
    return nowhere.with_changes(changes)


def _start_errors(ids: Any) -> tuple[str, ...]:
    return tuple(each for each in ids if known_errors()[each].kind == "start")


def record(result: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what is kept of the JSON of a result of `validate`."""
    boot = result["after_boot"] or result
    states = [result["daemon"], boot["daemon"]]
    listeners = [_listener(each) for each in [*result["listeners"], *boot["listeners"]]]
    attack = EVERY[name]
    kept = {
        "daemon": next((each for each in states if each != "active"), "active"),
        "errors": list(_start_errors(each["id"] for each in result["errors"])),
        "listeners": sorted({*listeners}),
        "exposure": result["exposure"],
        "no_effect": sorted({each["setting"] for each in result["no_effect"]}),
        "verdict": result["verdict"],
    }
    written = [attack.verdict, attack.outsider]
    if result["engine"] in attack.not_on:
        written = ["passed", "refused"]
    if written != [result["verdict"], result["exposure"]["outsider"]]:
        kept["written"] = written
    return kept


def _listener(each: dict[str, Any]) -> str:
    """Return a listener in the words of a prediction."""
    place = each["path"] if each["family"] == "unix" else f"{each['address']}:{each['port']}"
    return f"{each['family']} {place} {each['process']}"


def main(engine: str, directory: str, commit: str) -> None:
    """Write the truth about an engine."""
    files = sorted(Path(directory).glob("*.json"))
    results = {file.stem: json.loads(file.read_text()) for file in files if file.stem in EVERY}
    kept = {name: record(result, name) for name, result in results.items()}
    versions = {result["engine_version"] for result in results.values()}
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
