"""Finds rules of a firewall that may let in a stranger who was refused in the trial."""

from collections.abc import Iterator

from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import Observation

_SETTLE = (
    "Let in addresses, and nobody else: what a rule makes depend on time, a limit, a mark or a list"
    " that changes, no trial shows; --allow-incomplete permits it."
)


def find_untried_rules(observation: Observation) -> Iterator[NotJudged]:
    """Yield each rule with a condition that was not tried, unless an outsider gets in anyway."""
    if observation.exposure["outsider"].level == "full-control":
        return
    for rule in observation.untried_rules:
        message = f"this rule of the firewall has a condition that was not tried: {rule}"
        yield NotJudged(name="firewall", message=message, settle=_SETTLE)
