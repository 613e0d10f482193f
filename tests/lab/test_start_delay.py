"""How long does dockerd wait, on purpose, before it opens a port without TLS to others?"""

import itertools

import pytest

OPEN = ["methods/systemd-dropin", "methods/daemon-json", "methods/ipv6"]
TLS = ["methods/tls-dropin", "methods/tls-daemon-json"]


@pytest.mark.lab_cases(name=OPEN)
def test_fifteen_seconds_to_think_it_over(observation):
    assert pause_at_the_warnings(observation) >= 15, "dockerd sleeps 15 s beside a 1 s start"


@pytest.mark.lab_cases(name=["methods/insecure-acknowledged"])
def test_who_says_tls_false_does_not_wait(observation):
    assert pause_at_the_warnings(observation) < 12


@pytest.mark.lab_cases(name=TLS)
def test_tls_is_warned_of_nothing(observation):
    """And so it does not wait."""
    assert warnings(start(observation)) == []


def pause_at_the_warnings(observation):
    """The longest time between two lines, from the first warning of the port to what follows."""
    lines = start(observation)
    warned = warnings(lines)
    assert warned, "dockerd warns of an open port"
    times = [entry.seconds for entry in lines[warned[0] : warned[-1] + 2]]
    return max(after - before for before, after in itertools.pairwise(times))


def start(observation):
    """What dockerd said before it went on to its storage."""
    own = [entry for entry in observation.daemon.journal if entry.program == "dockerd"]
    first = next(i for i, entry in enumerate(own) if 'msg="Starting up"' in entry.message)
    last = next(i for i, entry in enumerate(own) if "Loading containers" in entry.message)
    return own[first : last + 1]


def warnings(lines):
    """Where among these lines dockerd warns of an open port."""
    words = ("Binding to", "Support for listening on TCP", "DEPRECATION NOTICE", "--tlsverify")
    return [
        i
        for i, entry in enumerate(lines)
        if "level=warning" in entry.message and any(word in entry.message for word in words)
    ]
