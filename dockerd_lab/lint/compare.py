"""Compares a prediction with what was seen on machines, question by question."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dockerd_lab.explain.model import known_errors
from dockerd_lab.judge.findings import UNEXPLAINED_FAILURE
from dockerd_lab.lint.prediction import UNKNOWN, WHO, Prediction

if TYPE_CHECKING:
    from dockerd_lab.judge.verdict import Result

_NONE = "none"


@dataclass(frozen=True)
class Seen:
    """What was seen of one configuration on one engine."""

    daemon: str
    """`active`, `failed` or `unchanged`."""
    errors: tuple[str, ...]
    """The ids of those known errors for which dockerd does not start."""
    listeners: tuple[str, ...]
    """In the words of a PredictedListener, sorted."""
    exposure: Mapping[str, str]
    """Empty where the verdict is incomplete: somebody may get more than was shown."""
    no_effect: tuple[str, ...]


class Answer(NamedTuple):
    """What was seen and what was predicted of one question."""

    question: str
    seen: str
    predicted: str
    """UNKNOWN where lint does not say."""


def compare(prediction: Prediction, seen: Seen) -> Iterator[Answer]:
    """Yield the answers to each question."""
    is_known = prediction.starts != UNKNOWN
    yield Answer("starts", seen.daemon, prediction.daemon)
    known = [each for each in prediction.errors if each != UNEXPLAINED_FAILURE]
    error = known[0] if known else _NONE
    yield Answer("error", seen.errors[0] if seen.errors else _NONE, error if is_known else UNKNOWN)
    listeners = _text(sorted(map(str, prediction.listeners)))
    is_complete = is_known and prediction.listeners_complete
    yield Answer("listeners", _text(seen.listeners), listeners if is_complete else UNKNOWN)
    for who in WHO:
        if who in seen.exposure:
            yield Answer(who, seen.exposure[who], prediction.exposure[who])
    if seen.daemon == "active" and prediction.starts == "yes":
        settings = sorted({each.setting for each in prediction.no_effect})
        yield Answer("no effect", _text(seen.no_effect), _text(settings))


def disagreements(prediction: Prediction, seen: Seen) -> list[Answer]:
    """Return the answers in which a prediction is wrong."""
    return [
        each for each in compare(prediction, seen) if each.predicted not in (UNKNOWN, each.seen)
    ]


def seen_in(result: "Result") -> Seen:
    """Return what the result of `validate` shows, before and after a boot."""
    listeners = [*result.listeners]
    states = [result.daemon]
    if result.after_boot is not None:
        listeners += result.after_boot.listeners
        states.append(result.after_boot.daemon)
    exposure = result.exposure.model_dump(by_alias=True, exclude_none=True)
    return Seen(
        next((each for each in states if each != "active"), "active"),
        start_errors(error.id for error in result.errors),
        tuple(sorted({str(each) for each in listeners})),
        exposure if result.verdict != "incomplete" else {},
        tuple(sorted({each.setting for each in result.no_effect})),
    )


def start_errors(ids: Iterable[str]) -> tuple[str, ...]:
    """Return those of the known errors for which dockerd does not start."""
    starts = {error_id for error_id, known in known_errors().items() if known.kind == "start"}
    return tuple(each for each in ids if each in starts)


def _text(values: Iterable[str]) -> str:
    return ", ".join(values) or _NONE
