"""Makes the rows of the table of observations: plain values, which pass between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    """Seconds of the whole case, from the restored snapshot on."""
    daemon_start_seconds: float
    """Seconds of dockerd itself, until it was ready or gave up."""
    container: str | None = None

    @property
    def shows_container(self) -> bool:
        """Return whether the container's level is shown."""
        return shows_container_level(self.container)


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
        daemon_start_seconds=round(observation.daemon.daemon_start_seconds, 1),
        container=(
            observation.exposure["container"].level if "container" in observation.exposure else None
        ),
    )


def shows_container_level(level: str | None) -> bool:
    """Return whether a container's level is shown: not if it reaches nothing, as usual."""
    return level not in (None, "refused", "filtered")
