"""Finds listeners of other programs that are root for whoever reaches them.

Their APIs are no Docker API, so that the probe gets no token through them: what is proved is that a
stranger reaches a listener which, as its program is documented, asks nobody who they are.
"""

import os
from errno import ECONNREFUSED, EHOSTUNREACH, ENETUNREACH

from dockerd_lab.observe.observation import Observation

#: The programs, and what they serve on TCP: containerd's config.toml, `[grpc] tcp_address`, and
#: `buildkitd --addr`. Neither authenticates without a CA for clients' certificates.
_PROGRAMS = {"containerd": "containerd's API", "buildkitd": "buildkitd's API"}
#: What the probe tells of a target that shows metrics.
_METRICS = "no API: the daemon's metrics"
#: What the probe tells of a target to which it got no connection.
_NOT_REACHED = tuple(map(os.strerror, (ECONNREFUSED, EHOSTUNREACH, ENETUNREACH)))


def find_other_doors(observation: Observation, who: str) -> dict[str, str]:
    """Return the targets at which somebody reaches such an API, and what it is called."""
    ports = {
        listener.address.rpartition(":")[2]: _PROGRAMS[listener.program]
        for listener in observation.daemon.listeners
        if listener.protocol.startswith("tcp") and listener.program in _PROGRAMS
    }
    return {
        attempt.target: ports[attempt.target.rpartition(":")[2]]
        for attempt in observation.exposure[who].attempts
        if attempt.target.rpartition(":")[2] in ports
        and attempt.level in ("refused", "unclear")
        and attempt.evidence not in _NOT_REACHED
    }


def find_metrics(observation: Observation) -> list[str]:
    """Return a note for each stranger who reads the daemon's metrics: they name no secrets."""
    return [
        f"{who} reads the daemon's metrics at {attempt.target}"
        for who, exposure in observation.exposure.items()
        if who != "client"
        for attempt in exposure.attempts
        if attempt.evidence == _METRICS
    ]
