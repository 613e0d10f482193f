"""Finds listeners of other programs whose API gives root access to whoever reaches them.

The probe speaks Docker's API only, so it gets no token through them. What is proved is that a
stranger reaches a listener whose program, by its documentation, does not authenticate clients.
"""

import os
from errno import ECONNREFUSED, EHOSTUNREACH, ENETUNREACH

from dockerd_lab.observe.observation import Observation
from dockerd_lab.observe.targets import port_of, tcp_programs

#: The programs, and what they serve on TCP: containerd's config.toml, `[grpc] tcp_address`, and
#: `buildkitd --addr`. Neither authenticates without a CA for clients' certificates.
PROGRAMS = {"containerd": "containerd's API", "buildkitd": "buildkitd's API"}
#: The probe's evidence for a target that serves metrics.
_METRICS = "no API: the daemon's metrics"
#: The probe's evidence for a target to which it got no connection.
_NOT_REACHED = tuple(map(os.strerror, (ECONNREFUSED, EHOSTUNREACH, ENETUNREACH)))


def find_other_apis(observation: Observation, who: str) -> dict[str, str]:
    """Return the targets at which `who` reaches such an API, with the API's name."""
    ports = {
        port: PROGRAMS[program]
        for port, program in tcp_programs(observation.daemon.listeners)
        if program in PROGRAMS
    }
    return {
        attempt.target: ports[port_of(attempt.target)]
        for attempt in observation.exposure[who].attempts
        if port_of(attempt.target) in ports
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
