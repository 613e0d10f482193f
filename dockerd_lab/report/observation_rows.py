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
    container: str | None = None

    @property
    def tells_container(self) -> bool:
        """Return whether a container gets more than nothing, so that it is worth a word."""
        return is_worth_telling(self.container)


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
        container=(
            observation.exposure["container"].level if "container" in observation.exposure else None
        ),
    )


def is_worth_telling(level: str | None) -> bool:
    """Return whether a container's level is shown: most often it reaches nothing."""
    return level not in (None, "refused", "filtered")
