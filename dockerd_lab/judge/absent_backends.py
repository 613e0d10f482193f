"""Finds proxies that strangers reach and behind which nothing answers on the lab's machine.

What they would let through cannot be tried: that proves neither that they are open nor closed.
"""

from collections.abc import Iterator

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.judge.open_places import place_of
from dockerd_lab.judge.policy import STRANGERS
from dockerd_lab.observe.observation import Observation
from dockerd_lab.observe.targets import port_of

_LET_RUN = "Start what stands behind it in a script, with --provision."


def find_absent_backends(
    inputs: Input, declared: DeclaredConfig, observation: Observation
) -> Iterator[NotJudged]:
    """Yield each port at which a proxy told a stranger that nothing behind it answers.

    A complete case says itself what strangers get.
    """
    if inputs.complete:
        return
    ports: dict[str, str] = {}
    for who in STRANGERS:
        if who in observation.exposure:
            for attempt in observation.exposure[who].attempts:
                if attempt.lacks_backend:
                    ports.setdefault(port_of(attempt.target), attempt.target)
    for port, target in ports.items():
        place = place_of(target, declared)
        yield NotJudged(
            name=f"port {port}",
            message="a proxy listens there, and on the lab's machine nothing behind it answers",
            settle=_LET_RUN,
            where=None if place is None else inputs.user_path(place),
        )
