"""Finds listeners of other programs that are root for whoever reaches them.

Their APIs are no Docker API, so that the probe gets no token through them: what is proved is that a
stranger reaches a listener which, as its program is documented, asks nobody who they are.
"""

import os
from collections.abc import Iterator
from errno import ECONNREFUSED, EHOSTUNREACH, ENETUNREACH

from dockerd_lab.judge.judgement import PolicyFinding
from dockerd_lab.observe.observation import Observation

#: The programs, and what they serve on TCP: containerd's config.toml, `[grpc] tcp_address`, and
#: `buildkitd --addr`. Neither authenticates without a CA for clients' certificates.
_PROGRAMS = {"containerd": "containerd's API", "buildkitd": "buildkitd's API"}
#: What the probe tells of a target to which it got no connection.
_NOT_REACHED = tuple(map(os.strerror, (ECONNREFUSED, EHOSTUNREACH, ENETUNREACH)))


def check_other_doors(
    observation: Observation, who: str, description: str
) -> Iterator[PolicyFinding]:
    """Yield a finding for each such listener that a stranger reaches; `description` is of `who`."""
    ports = {
        listener.address.rpartition(":")[2]: _PROGRAMS[listener.program]
        for listener in observation.daemon.listeners
        if listener.protocol.startswith("tcp") and listener.program in _PROGRAMS
    }
    for attempt in observation.exposure[who].attempts:
        api = ports.get(attempt.target.rpartition(":")[2])
        connected = attempt.level in ("refused", "unclear") and attempt.evidence not in _NOT_REACHED
        if api is not None and connected:
            yield PolicyFinding(
                "stranger",
                f"{description} reaches {api} at {attempt.target}, which is root for whoever does",
            )
