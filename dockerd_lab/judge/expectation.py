"""An observation against what a case expects: a mismatch for each point that is otherwise."""

from collections.abc import Iterator, Sequence

from dockerd_lab.cases.model import Case, Expectation
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.judgement import Mismatch, Point
from dockerd_lab.observe.observation import Observation
from dockerd_lab.observe.remote import REACHED

#: The lines of a log that are shown with a mismatch.
TAIL = 12
_ROOT = " (that is root on the daemon machine)"
_LISTENERS_HINT = (
    "127.0.0.1 is reached from daemon itself only; 0.0.0.0 shows as :::2375 in netstat,"
    " and program init is systemd's socket activation"
)
_EXPOSURE_HINT = "(another machine reaches :::2375 or 192.168.3.201:2375, never 127.0.0.1:2375)"
_COMMAND_HINT = "Another drop-in or the packaged unit decides: systemctl cat docker"


def daemon_state(expect: Expectation, seen: Observation) -> Iterator[Mismatch]:
    """Whether the daemon runs, as it should."""
    state = seen.daemon.outcome.daemon
    if state != expect.daemon:
        yield Mismatch(
            "daemon",
            expect.daemon,
            state,
            f"the daemon is {state}; the case expects {expect.daemon}",
            details="its last words:\n" + "\n".join(seen.daemon.log[-TAIL:]),
        )


def mismatches(
    case: Case, seen: Observation, inputs: Input, declared: DeclaredConfig, ignored: Sequence[str]
) -> Iterator[Mismatch]:
    """What is not as the case expects it there, besides the daemon's state and its error.

    `ignored` are the settings without effect.
    """
    expect = case.expect
    yield from _words(case, seen)
    if not expect.is_command(seen.daemon.command):
        observed, expected = str(seen.daemon.command), str(expect.command)
        yield Mismatch(
            "command",
            expected,
            observed,
            f"the command line: {observed}; the case expects {expected}",
            _place(inputs, *(command.place for command in declared.commands)),
            _COMMAND_HINT,
        )
    if seen.daemon.hosts != expect.hosts:
        yield Mismatch(
            "hosts",
            str(expect.hosts),
            str(seen.daemon.hosts),
            f"hosts: {seen.daemon.hosts}; the case expects {expect.hosts}",
            _place(inputs, *(host.place for host in declared.hosts)),
        )
    yield from _listeners(expect, seen)
    yield from _levels(expect, seen)
    if list(ignored) != expect.no_effect:
        wanted = ", ".join(expect.no_effect) or "nothing"
        observed = ", ".join(ignored) or "nothing"
        yield Mismatch(
            "no-effect",
            wanted,
            observed,
            f"without effect is {observed}; the case expects {wanted}",
        )
    yield from _tools(case, seen)
    for machine, steps in seen.fix.items():
        if steps.exit_code != 0:
            yield Mismatch(
                "fix",
                "exit code 0",
                f"exit code {steps.exit_code}",
                f"a step of the fix failed on {machine}, with exit code {steps.exit_code}",
                details=steps.output,
            )


def expected_level(expect: Expectation, who: str) -> str:
    """The level that `client`, `outsider` or `local-user` should get."""
    return str(getattr(expect, who.replace("-", "_")))


def _words(case: Case, seen: Observation) -> Iterator[Mismatch]:
    """The words of a failure are there; and are not where the failure does not exist."""
    log = "\n".join(seen.full_log[-TAIL:])
    words, usual = case.expect.words, case.spec.expect.words
    if words is not None:
        if not any(words in line for line in seen.full_log):
            yield Mismatch("words", words, "nothing of it", f"nobody said: {words}", details=log)
    elif usual is not None and not seen.fix and any(usual in line for line in seen.full_log):
        sentence = f"somebody said: {usual}; the case expects that nobody does"
        yield Mismatch("words", "nothing of it", usual, sentence, details=log)


def _listeners(expect: Expectation, seen: Observation) -> Iterator[Mismatch]:
    observed = sorted(map(str, seen.daemon.listeners))
    expected = sorted(expect.listeners)
    if observed == expected:
        return
    missing = [line for line in expected if line not in observed]
    unexpected = [line for line in observed if line not in expected]
    yield Mismatch(
        "listeners",
        ", ".join(expected) or "none",
        ", ".join(observed) or "none",
        f"listeners are {', '.join(observed) or 'none'}; the case expects"
        f" {', '.join(expected) or 'none'}",
        details=f"  missing:    {missing or 'none'}\n  unexpected: {unexpected or 'none'}\n"
        f"dockerd was told to listen on {seen.daemon.hosts}.\n{_LISTENERS_HINT}",
    )


def _levels(expect: Expectation, seen: Observation) -> Iterator[Mismatch]:
    points: dict[str, Point]
    points = {"client": "client", "outsider": "outsider", "local-user": "local-user"}
    for who, exposure in seen.exposure.items():
        expected, best = expected_level(expect, who), exposure.best
        if best.level != expected:
            root = _ROOT if best.level == "full-control" else ""
            yield Mismatch(
                points[who],
                expected,
                best.level,
                f"{who} gets {best.level}; the case expects {expected}",
                details=f"{who} gets '{best.level}' through {best.target}{root}.\n"
                f"What {who} tried:\n  " + "\n  ".join(map(str, exposure.ways)) + "\n"
                "Listeners on daemon: "
                + ("; ".join(map(str, seen.daemon.listeners)) or "none")
                + f"\n{_EXPOSURE_HINT}",
            )


def _tools(case: Case, seen: Observation) -> Iterator[Mismatch]:
    """Where `client` is let in, docker and curl get answers, unless a failure is about that."""
    if case.fails or case.expect.client not in ("full-control", "read-only"):
        return
    for name, answer in seen.client.items():
        if name in REACHED and answer.exit_code != 0:
            yield Mismatch(
                "tools",
                "exit code 0",
                f"exit code {answer.exit_code}",
                f"client's {name} ends with exit code {answer.exit_code}",
                details=f"$ {answer.command}\n{answer.output}",
            )


def _place(inputs: Input, *places: Place) -> str | None:
    """The last of several places in the input, which is the one that counts."""
    return inputs.user_path(places[-1]) if places else None
