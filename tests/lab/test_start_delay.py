"""How long does dockerd wait, on purpose, before it opens a port without TLS to others?"""

import itertools

import pytest

OPEN = ["methods/systemd-dropin", "methods/daemon-json", "methods/ipv6"]
NO_DELAY = ["methods/insecure-acknowledged", "methods/tls-dropin", "methods/tls-daemon-json"]


@pytest.mark.cases(name=OPEN)
def test_fifteen_seconds_to_think_it_over(observation):
    assert longest_pause(observation) >= 15, "dockerd sleeps 15 s beside a 1 s start"


@pytest.mark.cases(name=NO_DELAY)
def test_no_delay(observation):
    assert longest_pause(observation) < 12


def longest_pause(observation):
    """The longest time between two lines of its start; dockerd says nothing while it sleeps."""
    own = [entry for entry in observation.daemon.journal if entry.program == "dockerd"]
    first = next(i for i, entry in enumerate(own) if 'msg="Starting up"' in entry.message)
    last = next(i for i, entry in enumerate(own) if "completed initialization" in entry.message)
    times = [entry.seconds for entry in own[first : last + 1]]
    return max(after - before for before, after in itertools.pairwise(times))
