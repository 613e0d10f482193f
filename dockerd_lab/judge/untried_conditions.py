"""Finds conditions under which nginx lets requests through to Docker, and that were not tried."""

from collections.abc import Iterator

from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import Observation

_SLOWLY = "Validate it without that limit; --allow-incomplete permits it."


def find_untried_conditions(inputs: Input, observation: Observation) -> Iterator[NotJudged]:
    """Yield an entry for each condition, and for each target that answers too few requests.

    A complete case says itself who gets in.
    """
    if inputs.complete:
        return
    for each in observation.untried_conditions:
        yield NotJudged(
            name=each.place.file,
            message=f"nginx may let strangers through to Docker, and it was not tried: {each.what}",
            settle=each.settle,
            where=inputs.user_path(each.place),
        )
    limited = {
        attempt.target: attempt.limited
        for exposure in observation.exposure.values()
        for attempt in exposure.attempts
        if attempt.limited and attempt.level in ("auth-required", "tls-required", "refused")
    }
    for target, count in limited.items():
        message = f"it was asked too often to answer {count} requests that may get in there"
        yield NotJudged(name=target, message=message, settle=_SLOWLY)
