"""What was seen, against what a case expects; data in, sentences out."""

from collections.abc import Iterator

from dockerd_lab.cases.model import Expectation
from dockerd_lab.observe.observation import Observation


def differences(expect: Expectation, seen: Observation) -> Iterator[str]:
    """What is not as expected, besides the daemon's state and the error it has."""
    if not expect.is_command(seen.daemon.command):
        yield f"the command line: {seen.daemon.command}; the case expects {expect.command}"
    if seen.daemon.hosts != expect.hosts:
        yield f"hosts: {seen.daemon.hosts}; the case expects {expect.hosts}"
    listeners = _listed(map(str, seen.daemon.listeners))
    if listeners != _listed(expect.listeners):
        yield f"listeners are {listeners}; the case expects {_listed(expect.listeners)}"
    for who, exposure in seen.exposure.items():
        if exposure.level != expected_level(expect, who):
            expected = expected_level(expect, who)
            yield f"{who} gets {exposure.level}; the case expects {expected}"


def expected_level(expect: Expectation, who: str) -> str:
    """The level that `client`, `outsider` or `local-user` should get."""
    return str(getattr(expect, who.replace("-", "_")))


def _listed(listeners: Iterator[str] | list[str]) -> str:
    return ", ".join(sorted(listeners)) or "none"
