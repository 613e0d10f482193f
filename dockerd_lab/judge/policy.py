"""Checks an observation against the policy that holds for every configuration.

The daemon, the user's script and the other services must run, and strangers must not get access.
A case may permit access for strangers; what the user permits is left out by judge.py.
"""

from collections.abc import Iterator

from dockerd_lab.cases.model import Expectation
from dockerd_lab.judge.expectation import expected_level
from dockerd_lab.judge.findings import UNEXPLAINED_FAILURE, PolicyFinding
from dockerd_lab.judge.judgement import SCRIPT
from dockerd_lab.judge.log import extract_message, last_line
from dockerd_lab.judge.other_apis import find_other_apis
from dockerd_lab.levels import LEVELS
from dockerd_lab.machines.remote_command import TIMED_OUT
from dockerd_lab.observe.exposure import Exposure
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.scripts import PROVISION_LIMIT

#: Who should get no access, and how messages call them.
STRANGERS = {
    "outsider": "an outsider",
    "local-user": "a local user outside group docker",
    "container": "a container on the daemon's machine",
}
#: The index in LEVELS of the weakest level that a stranger must not have.
_FIRST_FORBIDDEN = LEVELS.index("read-only")
#: The exit code of a script that was killed (128 + SIGKILL).
_KILLED = 137
#: A line of a service's log with one of these words says why the service does not start.
_ERROR_WORDS = ("emerg", "rror")


def check_daemon_state(observation: Observation) -> Iterator[PolicyFinding]:
    """Yield a finding if the daemon does not run with the configuration."""
    state = observation.daemon.outcome.daemon
    if state == "unchanged":
        yield PolicyFinding(
            "start",
            "systemd refuses the unit; the old daemon runs on with the old configuration",
            id=UNEXPLAINED_FAILURE,
        )
    elif state != "active":
        yield PolicyFinding("start", "the daemon does not start", id=UNEXPLAINED_FAILURE)


def report_last_line(observation: Observation) -> Iterator[PolicyFinding]:
    """Yield findings with the last line of the log, for a failure that is no known error."""
    if observation.daemon.outcome.restart_exit_code == TIMED_OUT:
        sentence = "it was neither ready nor did it end, until it was stopped"
        yield PolicyFinding("start", sentence, id=UNEXPLAINED_FAILURE)
    last_words = extract_message(last_line(observation))
    sentence = f"no known error; its last words: {last_words}"
    yield PolicyFinding("start", sentence, id=UNEXPLAINED_FAILURE)


def check_script(observation: Observation) -> Iterator[PolicyFinding]:
    """Yield a finding if the user's script failed or did not end in time."""
    code = observation.daemon.script_exit_code
    if code in (TIMED_OUT, _KILLED):
        message = f"the provisioning script did not end within {PROVISION_LIMIT} s"
        yield PolicyFinding("script", message, id="script-fails", where=SCRIPT)
    elif code is not None:
        message = f"the provisioning script ended with exit code {code}"
        yield PolicyFinding("script", message, id="script-fails", where=SCRIPT)


def check_services(observation: Observation) -> Iterator[PolicyFinding]:
    """Yield a finding for each other service of the configuration that does not run."""
    for name, state in observation.daemon.services.items():
        if not state.active:
            error_lines = [line for line in state.log if any(word in line for word in _ERROR_WORDS)]
            last = (error_lines or [*state.log] or [""])[0].strip()
            service = name.removesuffix(".service")
            sentence = f"{service} does not start" + (f": {last}" if last else "")
            yield PolicyFinding("service", sentence, id="service-fails")


def check_strangers(
    observation: Observation, expect: Expectation | None
) -> Iterator[PolicyFinding]:
    """Yield a finding for each stranger who may read or control the daemon.

    There is none if the case expects that access; proxies without a backend are not judged.
    """
    for who, description in STRANGERS.items():
        if who not in observation.exposure:  # recorded before it was measured
            continue
        other_apis = find_other_apis(observation, who)
        for target, api in other_apis.items():
            yield PolicyFinding(
                "stranger",
                f"{description} reaches {api} at {target}, which is root for whoever does",
                who,
                id="open-other-api",
                target=target,
            )
        answered = [a for a in observation.exposure[who].attempts if not a.lacks_backend]
        best = Exposure(who, answered).best
        if not _is_forbidden(best.level):
            continue
        if best.target in other_apis:  # the API is not Docker's, but it is known
            continue
        if expect is not None and _is_forbidden(expected_level(expect, who)):
            continue
        gets = "root" if best.level == "full-control" else best.level
        yield PolicyFinding(
            "stranger" if best.level in LEVELS else "unclear",
            f"{description} gets {gets} at {best.place} ({best.evidence})",
            who,
            best.level,
            id="" if best.level in LEVELS else "unclear-access",
            target=best.target,
        )


def _is_forbidden(level: str) -> bool:
    """Return whether a level is more than a stranger may have; an unclear level counts as such."""
    return level not in LEVELS or LEVELS.index(level) >= _FIRST_FORBIDDEN
