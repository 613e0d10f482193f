"""Divides the seconds of a trial: dockerd's own, what it waited on purpose, and the lab's."""

from dataclasses import dataclass

from dockerd_lab.judge.verdict import Result

WIDTH = 540


@dataclass(frozen=True)
class Part:
    """A part of the time."""

    kind: str
    """`own`, `wait` or `lab`."""
    name: str
    seconds: float
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """The parts of a trial's time, left to right."""

    parts: list[Part]
    seconds: float


def bar(result: Result) -> Bar | None:
    """Return the bar of a result; None for a prediction, which took no trial."""
    if not result.seconds:
        return None
    waited = min(result.delay_seconds, result.start_seconds)
    names = (
        ("own", "dockerd's own start", result.start_seconds - waited),
        ("wait", "dockerd waits on purpose", waited),
        (
            "lab",
            "the lab applies, observes, attacks",
            max(result.seconds - result.start_seconds, 0.0),
        ),
    )
    total = sum(seconds for _, _, seconds in names) or 1.0
    parts, x = [], 0.0
    for kind, name, seconds in names:
        width = seconds / total * WIDTH
        if seconds >= 0.05:  # noqa: PLR2004  (what rounds to nothing)
            parts.append(Part(kind, name, round(seconds, 1), x, width))
        x += width
    return Bar(parts, result.seconds)
