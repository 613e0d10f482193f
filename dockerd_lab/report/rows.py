"""What the table shows of an observation: plain values, which also travel between processes."""

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


def row(seen: Observation) -> Row:
    """The row of an observation."""
    return Row(
        subject=seen.subject,
        daemon=seen.daemon.outcome.daemon,
        listeners=[str(listener) for listener in seen.daemon.listeners],
        client=seen.exposure["client"].level,
        outsider=seen.exposure["outsider"].level,
        local_user=seen.exposure["local-user"].level,
        seconds=round(seen.seconds, 1),
        own_seconds=round(seen.daemon.own_seconds, 1),
    )
