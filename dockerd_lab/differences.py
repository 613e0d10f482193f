"""What was seen, against what a case expects; data in, sentences out."""

from collections.abc import Iterator, Sequence

from dockerd_lab.cases.model import Expectation
from dockerd_lab.observe.observation import Observation


def differences(expect: Expectation, seen: Observation, ignored: Sequence[str]) -> Iterator[str]:
    """What is not as expected, besides the daemon's state and the error it has.

    `ignored` are the settings without effect.
    """
    if expect.words is not None and not any(expect.words in line for line in seen.said):
        yield f"nobody said: {expect.words}"
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
    if list(ignored) != expect.no_effect:
        wanted = ", ".join(expect.no_effect) or "nothing"
        yield f"without effect is {', '.join(ignored) or 'nothing'}; the case expects {wanted}"


def expected_level(expect: Expectation, who: str) -> str:
    """The level that `client`, `outsider` or `local-user` should get."""
    return str(getattr(expect, who.replace("-", "_")))


def _listed(listeners: Iterator[str] | list[str]) -> str:
    return ", ".join(sorted(listeners)) or "none"
