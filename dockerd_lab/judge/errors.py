"""Finds the known errors that an observation shows, and decides which of them is the cause."""

import re
from collections.abc import Iterator, Sequence

from dockerd_lab.cases.model import Case
from dockerd_lab.config.declared import COMMAND_PLACE, DeclaredConfig
from dockerd_lab.config.locate import locate
from dockerd_lab.explain.matcher import Finding, explain
from dockerd_lab.explain.model import known_errors
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.expectation import TAIL
from dockerd_lab.judge.findings import Error
from dockerd_lab.judge.judgement import Mismatch
from dockerd_lab.judge.log import extract_message
from dockerd_lab.observe.observation import Observation

#: The id that a case gives as its error if its failure is no known error.
UNEXPLAINED = "unexplained"
_COMMAND_LINE = "invalid-command-line"
_USAGE = re.compile(r"Usage:\s+dockerd \[OPTIONS\]")


def find_visible_errors(observation: Observation, declared: DeclaredConfig) -> list[Finding]:
    """Return the known errors in the lines that a user would paste, the cause first.

    These are the lines that the case's show scripts printed. If they printed nothing, it is the
    daemon's log.
    """
    printed_lines = [
        line for text in observation.show_output.values() for line in text.splitlines()
    ]
    findings = explain([*_typed_commands(declared), *(printed_lines or _daemon_log(observation))])
    return [finding for finding in findings if finding.error.kind != "consequence"]


def find_errors(
    observation: Observation, inputs: Input, declared: DeclaredConfig, expected: str | None
) -> list[Error]:
    """Return the known errors for the verdict, each with its place in the input if that is known.

    An error that does not stop the daemon is returned only if its id is `expected`: messages about
    clients are mostly about the lab's own clients, which are meant to be refused.
    """
    return [
        Error(
            id=finding.id,
            message=extract_message(finding.text),
            cause=finding.error.cause,
            fix=finding.error.fix_text,
            where=inputs.user_path(locate(finding.text, declared)),
        )
        for finding in explain(
            [*_typed_commands(declared), *observation.daemon.socket_log, *observation.full_log]
        )
        if finding.error.kind == "start" or finding.id == expected
    ]


def choose_cause(findings: Sequence[Finding], silent_errors: Sequence[Error]) -> str:
    """Return the id of the error that is the cause, or UNEXPLAINED.

    It is the first of the `findings`, or else the first of the errors without a message in the log.
    """
    ids = [*(finding.id for finding in findings), *(error.id for error in silent_errors)]
    return ids[0] if ids else UNEXPLAINED


def find_mismatches(
    case: Case,
    observation: Observation,
    findings: Sequence[Finding],
    errors: Sequence[Error],
    cause: str,
) -> Iterator[Mismatch]:
    """Yield a mismatch if the errors are not as the case expects.

    - If the case expects an error, that error must be the cause.
    - If it expects a failure without a known error, no known error may be found.
    - If the failure is fixed, or does not exist on this engine, its error must be gone.

    `errors` are the verdict's errors, `cause` is the id of the cause.
    """
    expected, unfixed_error = case.expect.error, case.spec.expect.error
    ids = [error.id for error in errors] or [finding.id for finding in findings]
    if expected is not None:
        if not _is_expected_cause(expected, cause):
            observed = ", ".join(ids) or UNEXPLAINED
            which = "the first error" if expected in ids else "the error"
            yield _mismatch(expected, f"{which} is {observed}", observation)
    elif case.fails and findings:
        observed = ", ".join(finding.id for finding in findings)
        yield _mismatch("none", f"the error is {observed}", observation)
    elif unfixed_error is not None and unfixed_error in (
        remaining := _remaining_errors(observation, findings)
    ):
        observed = ", ".join(remaining)
        yield _mismatch("none", f"{unfixed_error} is still there, in {observed}", observation)


def _remaining_errors(observation: Observation, findings: Sequence[Finding]) -> list[str]:
    """Return the ids of the known errors that are still there after the fix.

    Without a fix, return the ids of all `findings`.
    """
    if not observation.fix:
        return [finding.id for finding in findings]
    printed = [line for steps in observation.fix.values() for line in steps.stdout.splitlines()]
    # The log starts at the fix only if the fix ran on `daemon`.
    log = observation.daemon.log if "daemon" in observation.fix else []
    return [finding.id for finding in explain([*printed, *log])]


def _mismatch(expected: str, observed: str, observation: Observation) -> Mismatch:
    return Mismatch(
        "error",
        expected,
        observed,
        f"{observed}; the case expects {expected}",
        details="\n".join(observation.user_visible_log[-TAIL:]),
    )


def _is_expected_cause(expected: str, cause: str) -> bool:
    """Return whether the cause is the expected error.

    If no known error is expected, the cause may be a warning, but no error that stops the daemon.
    """
    if expected == UNEXPLAINED:
        return cause == UNEXPLAINED or known_errors()[cause].kind != "start"
    return cause == expected


def _typed_commands(declared: DeclaredConfig) -> list[str]:
    """Return the commands given with `--command`: an error's text may depend on their flags."""
    return [command.value for command in declared.commands if command.place.file == COMMAND_PLACE]


def _daemon_log(observation: Observation) -> list[str]:
    return [*observation.daemon.socket_log, *observation.daemon.log]


def find_silent_errors(observation: Observation, declared: DeclaredConfig) -> list[Error]:
    """Return the error of a wrong command line that the log of a failed daemon does not name.

    There are two such cases. A unit from before 2017 starts the client (`docker daemon`), which
    waits for an answer on the socket that systemd holds. And dockerd 28 and newer print only their
    usage if they get a positional argument.
    """
    messages = []
    if observation.daemon.outcome.daemon != "failed":
        return []
    if (command := declared.client_command) is not None:
        messages.append(f"{command}: docker is the client, and starts no daemon")
    if any(_USAGE.match(line) for line in observation.full_log):
        messages.append("dockerd prints its usage and nothing else: it was given an argument")
    known_error = known_errors()[_COMMAND_LINE]
    fix = known_error.fix_text
    return [
        Error(id=_COMMAND_LINE, message=m, cause=known_error.cause, fix=fix) for m in messages[:1]
    ]
