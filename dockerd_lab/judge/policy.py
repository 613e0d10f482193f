"""What no configuration may lead to, unless its case or the user says that it is meant."""

from collections.abc import Iterator

from dockerd_lab.cases.model import LEVELS, Expectation
from dockerd_lab.judge.expectation import expected_level
from dockerd_lab.judge.judgement import PolicyFinding
from dockerd_lab.judge.log import last_line, message
from dockerd_lab.machines.remote_command import TIMED_OUT
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.scripts import PROVISION_LIMIT

#: Who should get nothing.
STRANGERS = {"outsider": "an outsider", "local-user": "a local user outside group docker"}
#: A level from here on is control of the daemon, or a look into it.
_TOO_MUCH = LEVELS.index("read-only")
#: The exit code of a script that had to be killed.
_KILLED = 137
#: What in a service's log tells why it does not start.
_TELLING = ("emerg", "rror")


def daemon_state(seen: Observation) -> Iterator[PolicyFinding]:
    """The daemon must run with the configuration."""
    state = seen.daemon.outcome.daemon
    if state == "unchanged":
        yield PolicyFinding(
            "start",
            "systemd refuses the unit; the old daemon runs on with the old configuration",
        )
    elif state != "active":
        yield PolicyFinding("start", "the daemon does not start")


def last_words(seen: Observation) -> Iterator[PolicyFinding]:
    """What a daemon said last whose failure is not among the known errors."""
    if seen.daemon.outcome.restart_exit_code == TIMED_OUT:
        yield PolicyFinding("start", "it was neither ready nor did it end, until it was stopped")
    yield PolicyFinding("start", f"no known error; its last words: {message(last_line(seen))}")


def script(seen: Observation) -> Iterator[PolicyFinding]:
    """A script of the user's must succeed."""
    code = seen.daemon.script_exit_code
    if code in (TIMED_OUT, _KILLED):
        what = f"the provisioning script did not end within {PROVISION_LIMIT} s"
        yield PolicyFinding("script", what)
    elif code is not None:
        yield PolicyFinding("script", f"the provisioning script ended with exit code {code}")


def services(seen: Observation) -> Iterator[PolicyFinding]:
    """The other services that the configuration is for must run."""
    for name, state in seen.daemon.services.items():
        if not state.active:
            telling = [line for line in state.log if any(word in line for word in _TELLING)]
            last = (telling or [*state.log] or [""])[0].strip()
            service = name.removesuffix(".service")
            sentence = f"{service} does not start" + (f": {last}" if last else "")
            yield PolicyFinding("service", sentence)


def strangers(
    seen: Observation, expect: Expectation | None, *, allowed: bool
) -> Iterator[PolicyFinding]:
    """Nobody else may read or control the daemon, unless the case says so or it is `allowed`."""
    for who, called in STRANGERS.items():
        best = seen.exposure[who].best
        if not _too_much(best.level) or (allowed and best.level in LEVELS):
            continue
        if expect is not None and _too_much(expected_level(expect, who)):
            continue
        gets = "root" if best.level == "full-control" else best.level
        yield PolicyFinding("stranger", f"{called} gets {gets} at {best.target} ({best.evidence})")


def _too_much(level: str) -> bool:
    """Whether a level is more than a stranger may have; what is unclear is."""
    return level not in LEVELS or LEVELS.index(level) >= _TOO_MUCH
