"""The one rule for errors: which known errors an observation shows, and which is the cause."""

import re
from collections.abc import Iterator, Sequence

from dockerd_lab.cases.model import Case
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.locate import locate
from dockerd_lab.explain.matcher import Finding, explain
from dockerd_lab.explain.model import known_errors
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.judgement import Mismatch
from dockerd_lab.judge.log import message
from dockerd_lab.judge.verdict import Error
from dockerd_lab.observe.observation import Observation

#: The error that a case names whose failure is not among the known ones.
UNEXPLAINED = "unexplained"
_COMMAND_LINE = "invalid-command-line"
_USAGE = re.compile(r"Usage:\s+dockerd \[OPTIONS\]")


def explained(seen: Observation, declared: DeclaredConfig) -> list[Finding]:
    """The known errors in what a person would paste, the cause first.

    That is what the commands printed that show the failure, or else the log.
    """
    shown_lines = [line for text in seen.shown.values() for line in text.splitlines()]
    return explain([*_typed(declared), *(shown_lines or _log(seen))])


def errors(
    seen: Observation, inputs: Input, declared: DeclaredConfig, expected: str | None
) -> list[Error]:
    """The known errors of a verdict, with the place in the input where that can be told.

    Those that stop the daemon, and the `expected` one of any kind: what is said of clients is said
    of the lab's own, which were to be refused.
    """
    return [
        Error(
            id=finding.id,
            message=message(finding.text),
            cause=finding.error.cause,
            fix="\n".join(finding.error.fix),
            where=inputs.user_path(locate(finding.text, declared)),
        )
        for finding in explain([*_typed(declared), *seen.daemon.socket_log, *seen.full_log])
        if finding.error.kind == "start" or finding.id == expected
    ]


def cause(findings: Sequence[Finding], wordless: Sequence[Error]) -> str:
    """The id of the error that is the cause: the first that is explained, or one without words."""
    ids = [*(finding.id for finding in findings), *(error.id for error in wordless)]
    return ids[0] if ids else UNEXPLAINED


def mismatches(
    case: Case,
    seen: Observation,
    findings: Sequence[Finding],
    listed: Sequence[Error],
    first: str,
) -> Iterator[Mismatch]:
    """Whether the error is the one that the case expects there.

    What is explained first must be it; a failure without any must not be explained; and one that
    was mended, or does not exist on the engine, must not show the error any more. `first` is the
    id of the cause, `listed` are the verdict's errors.
    """
    expected, usual = case.expect.error, case.spec.expect.error
    ids = [error.id for error in listed] or [finding.id for finding in findings]
    if expected is not None:
        if not _is(expected, first):
            observed = ", ".join(ids) or UNEXPLAINED
            which = "the first error" if expected in ids else "the error"
            yield _mismatch(expected, f"{which} is {observed}; the case expects {expected}", seen)
    elif case.fails and findings:
        observed = ", ".join(finding.id for finding in findings)
        yield _mismatch("none", f"the error is {observed}; the case expects none", seen)
    elif usual is not None and usual in (still := _still_explained(seen, findings)):
        observed = ", ".join(still)
        yield _mismatch("none", f"{usual} is still there, in {observed}", seen)


def _still_explained(seen: Observation, findings: Sequence[Finding]) -> list[str]:
    """The known errors that are there where the failure is not, or not any more."""
    if not seen.fix:
        return [finding.id for finding in findings]
    printed = [line for steps in seen.fix.values() for line in steps.stdout.splitlines()]
    # The log since the fix tells of it only where that was on `daemon`.
    log = seen.daemon.log if "daemon" in seen.fix else []
    return [finding.id for finding in explain([*printed, *log])]


def _mismatch(expected: str, sentence: str, seen: Observation) -> Mismatch:
    observed = sentence.partition(";")[0]
    return Mismatch(
        "error", expected, observed, sentence, details="\n".join(seen.user_visible_log[-12:])
    )


def _is(expected: str, first: str) -> bool:
    """Whether the error explained first is the expected one.

    Beside a failure that is not among the known errors there may be warnings.
    """
    if expected == UNEXPLAINED:
        return first == UNEXPLAINED or known_errors()[first].kind != "start"
    return first == expected


def _typed(declared: DeclaredConfig) -> list[str]:
    """The command of a dockerd started by hand: it tells what its error is about."""
    return [command.value for command in declared.commands if command.place.file == "--command"]


def _log(seen: Observation) -> list[str]:
    return [*seen.daemon.socket_log, *seen.daemon.log]


def without_words(seen: Observation, declared: DeclaredConfig) -> list[Error]:
    """The error of a command line that is wrong, where a failed daemon's log does not say so.

    A unit that starts the client, `docker daemon`, as before 2017, waits for an answer from the
    socket that systemd holds for it. From 28 on, a dockerd with an argument only prints its usage.
    """
    messages = []
    if seen.daemon.outcome.daemon != "failed":
        return []
    if (command := declared.client_command) is not None:
        messages.append(f"{command}: docker is the client, and starts no daemon")
    if any(_USAGE.match(line) for line in seen.full_log):
        messages.append("dockerd prints its usage and nothing else: it was given an argument")
    known = known_errors()[_COMMAND_LINE]
    fix = "\n".join(known.fix)
    return [Error(id=_COMMAND_LINE, message=m, cause=known.cause, fix=fix) for m in messages[:1]]
