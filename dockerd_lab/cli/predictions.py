"""Predicts what machines will show, prints it, and compares it with what they did show."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dockerd_lab.cases.units import unit_directories
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.verdict import Disagreement, Predicted, VerdictExposure
from dockerd_lab.lint.compare import disagreements, seen_in
from dockerd_lab.lint.facts import engines as engines_with_facts
from dockerd_lab.lint.facts import load_facts
from dockerd_lab.lint.packaged import PACKAGED, unit_of
from dockerd_lab.lint.predict import predict
from dockerd_lab.lint.prediction import Prediction
from dockerd_lab.progress import say
from dockerd_lab.project import Project
from dockerd_lab.validate.run import JudgedTrial

_STARTS = {"yes": "starts", "no": "does not start", "unknown": "may start"}


def predict_trials(
    project: Project, inputs: Input, unit: str, engines: Sequence[str]
) -> Mapping[str, Prediction]:
    """Return what lint says of an input, by engine, and print it.

    An engine of the project's own, about which nothing is known, has no prediction.
    """
    known = [name for name in engines if name in engines_with_facts()]
    unit = unit_of(inputs) if unit == PACKAGED else unit
    own_units = unit_directories(project)
    predictions = {name: predict(inputs, load_facts(name), unit, own_units) for name in known}
    for name, prediction in predictions.items():
        say(f"lab: {name}: predicted for {inputs.name}: {_sentence(prediction)}")
    return predictions


def with_prediction(trial: JudgedTrial, prediction: Prediction | None) -> JudgedTrial:
    """Return a trial whose result has the prediction, and says where that is wrong."""
    if prediction is None:
        return trial
    found = disagreements(prediction, seen_in(trial.result))
    predicted = Predicted(
        starts=prediction.starts,
        errors=list(prediction.errors),
        exposure=VerdictExposure(**prediction.exposure),
        unknown=list(dict.fromkeys(each.reason for each in prediction.unknown)),
    )
    differences = [
        Disagreement(question=each.question, predicted=each.predicted, seen=each.seen)
        for each in found
    ]
    update = {"prediction": predicted, "disagreements": differences}
    for each in found:
        say(
            f"lab: {trial.result.engine}: {each.question}: predicted {each.predicted},"
            f" seen {each.seen}: please report this"
        )
    return replace(trial, result=trial.result.model_copy(update=update))


def _sentence(prediction: Prediction) -> str:
    """Return a prediction in a line."""
    errors = f" ({', '.join(prediction.errors)})" if prediction.errors else ""
    levels = (f"{who} {level}" for who, level in prediction.exposure.items())
    return f"{_STARTS[prediction.starts]}{errors}; {', '.join(levels)}"
