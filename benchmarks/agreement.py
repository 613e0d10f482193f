"""Compares lint's predictions with what was recorded on real machines.

    python benchmarks/agreement.py [ENGINE…]

reads tests/recorded/ENGINE.jsonl and prints, for each question, how often lint agrees, disagrees,
and says that it does not know; then each disagreement, and why something is unknown. The exit code
is 1 if lint says that nobody gets in where somebody did. Cases of which the fix changed more than
files are left out: lint knows only files.
"""

import dataclasses
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import recordings

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.explain.model import known_errors
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.judge import judge
from dockerd_lab.lint.facts import load_facts
from dockerd_lab.lint.packaged import unit_of
from dockerd_lab.lint.predict import predict
from dockerd_lab.lint.prediction import UNKNOWN, Prediction
from dockerd_lab.observe.observation import Observation
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.standins.prepared import prepare_case

WHO = ("client", "outsider", "local-user", "container")
#: With more than these, somebody gets in.
SAFE = ("filtered", "refused", "tls-required", "auth-required")
Answer = tuple[str, str, str]


def main(engines: list[str]) -> int:
    """Print the comparison; return how often lint says wrongly that nobody gets in."""
    project = find_project()
    settings = load_settings(project)
    cases = {case.name: case for case in find_cases(project)}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    notes: list[str] = []
    false_safe = 0
    for engine in engines or sorted(each.stem for each in recordings.DIRECTORY.glob("*.jsonl")):
        for observation in recordings.read(engine):
            fixed = observation.subject.endswith("-fixed")
            if observation.case not in cases or (fixed and not observation.daemon.changed_files):
                counts["left out"]["-"] += 1
                continue
            variant = Variant(settings.engine(engine).docker, fixed=fixed)
            case = cases[observation.case].for_variant(variant)
            judgement = judge(prepare_case(case, settings), observation, case)
            ids = [error.id for error in judgement.errors]
            errors = [each for each in ids if known_errors()[each].kind == "start"]
            ignored = sorted({each.setting for each in judgement.no_effect})
            prediction = predict_case(case, observation, engine)
            for question, expected, answer in compare(prediction, observation, errors, ignored):
                result = "agree" if expected == answer else "disagree"
                result = "unknown" if answer == UNKNOWN else result
                counts[question][result] += 1
                if result == "disagree":
                    difference = f"{question}: observed {expected}, predicted {answer}"
                    notes.append(f"{observation.subject}: {difference}")
                if question in WHO and answer in SAFE and expected not in SAFE:
                    false_safe += 1
                    notes.append(f"{observation.subject}: FALSE SAFE for {question}")
            for reason in {doubt.reason for doubt in prediction.unknown}:
                notes.append(f"{observation.subject}: not known: {reason}")
    print(f"{'question':12}{'agree':>8}{'disagree':>10}{'unknown':>9}")
    for question, count in counts.items():
        if question != "left out":
            print(f"{question:12}{count['agree']:8}{count['disagree']:10}{count['unknown']:9}")
    print(f"left out: {counts['left out']['-']}; false `nobody gets in`: {false_safe}")
    print("\n".join(sorted(notes)))
    return false_safe


def predict_case(case: Case, observation: Observation, engine: str) -> Prediction:
    """Return the prediction for a case, with the files that a fix has changed."""
    with tempfile.TemporaryDirectory() as directory:
        inputs = collect([case.directory], Path(directory))
        unit = unit_of(inputs)
        if observation.subject.endswith("-fixed"):
            inputs = with_changed_files(inputs, observation)
        return predict(inputs, load_facts(engine), unit)


def with_changed_files(inputs: Input, observation: Observation) -> Input:
    """Return an input as a fix has left it: the scripts before it count no more."""
    changes = {
        path: text
        for path, text in observation.daemon.changed_files.items()
        if not path.startswith(("/lib/", "/usr/lib/"))
    }
    nowhere = dataclasses.replace(inputs, directory=Path("/nonexistent"))
    return nowhere.with_changes(changes)


def compare(
    prediction: Prediction, observation: Observation, errors: list[str], ignored: list[str]
) -> Iterator[Answer]:
    """Yield each question with the observed and the predicted answer."""
    state = observation.daemon.outcome.daemon
    is_known = prediction.starts != UNKNOWN
    yield "starts", state, prediction.daemon
    observed = errors[0] if errors else "none"
    error = prediction.errors[0] if prediction.errors else "none"
    yield "error", observed, error if is_known else UNKNOWN
    listeners = sorted(
        f"{each.protocol} {each.address} {each.program}" for each in observation.daemon.listeners
    )
    yield (
        "listeners",
        str(listeners),
        str(sorted(map(str, prediction.listeners))) if is_known else UNKNOWN,
    )
    for who in WHO:
        if who in observation.exposure:
            yield who, observation.exposure[who].level, prediction.exposure[who]
    if state == "active" and prediction.starts == "yes":
        settings = sorted({each.setting for each in prediction.no_effect})
        yield "no effect", str(ignored), str(settings)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
