"""The rows of the table of observations: plain values, which also travel between processes."""

from dataclasses import dataclass

from dockerd_lab.observe.observation import Observation


@dataclass(frozen=True)
class Row:
    """One observation in the table."""

    subject: str
    daemon: str
    listeners: list[str]
    client: str
    outsider: str
    local_user: str
    seconds: float
    """The whole case, from the restored snapshot on."""
    own_seconds: float
    """dockerd's own, until it was ready or gave up."""


def row(observation: Observation) -> Row:
    """Return the row of an observation."""
    return Row(
        subject=observation.subject,
        daemon=observation.daemon.outcome.daemon,
        listeners=[str(listener) for listener in observation.daemon.listeners],
        client=observation.exposure["client"].level,
        outsider=observation.exposure["outsider"].level,
        local_user=observation.exposure["local-user"].level,
        seconds=round(observation.seconds, 1),
        own_seconds=round(observation.daemon.own_seconds, 1),
    )
