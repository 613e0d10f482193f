"""Compares an observation with what its case expects: one mismatch for each point that differs."""

from collections.abc import Iterator, Sequence
from typing import get_args

from dockerd_lab.cases.model import Case, Expectation
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.judgement import Mismatch, Who
from dockerd_lab.observe.client_tools import REACHABILITY_TOOLS
from dockerd_lab.observe.observation import Observation
from dockerd_lab.redaction.redact import redacted

#: How many of a log's last lines are printed with a mismatch.
TAIL = 12
_ROOT = " (that is root on the daemon machine)"
_LISTENERS_HINT = (
    "127.0.0.1 is reached from daemon itself only; 0.0.0.0 shows as :::2375 in netstat,"
    " and program init is systemd's socket activation"
)
_EXPOSURE_HINT = "(another machine reaches :::2375 or daemon's own address, never 127.0.0.1:2375)"
_COMMAND_HINT = "Another drop-in or the packaged unit decides: systemctl cat docker"


def check_daemon_state(expect: Expectation, observation: Observation) -> Iterator[Mismatch]:
    """Yield a mismatch if the daemon's state is not the expected one."""
    state = observation.daemon.outcome.daemon
    if state != expect.daemon:
        yield Mismatch(
            "daemon",
            expect.daemon,
            state,
            f"the daemon is {state}; the case expects {expect.daemon}",
            details="its last words:\n" + "\n".join(observation.daemon.log[-TAIL:]),
        )


def find_mismatches(
    case: Case,
    observation: Observation,
    inputs: Input,
    declared: DeclaredConfig,
    ignored: Sequence[str],
) -> Iterator[Mismatch]:
    """Yield every mismatch with the case, except those of the daemon's state and of its error.

    `ignored` are the names of the settings without effect.
    """
    expect = case.expect
    yield from _check_words(case, observation)
    # A case that `record` has drafted holds no secrets: it has words in their place.
    command, hosts = redacted((observation.daemon.command, observation.daemon.hosts))
    if not any(map(expect.matches_command, (observation.daemon.command, command))):
        observed, expected = str(observation.daemon.command), str(expect.command)
        yield Mismatch(
            "command",
            expected,
            observed,
            f"the command line: {observed}; the case expects {expected}",
            _last_place(inputs, *(command.place for command in declared.commands)),
            _COMMAND_HINT,
        )
    if expect.hosts not in (observation.daemon.hosts, hosts):
        yield Mismatch(
            "hosts",
            str(expect.hosts),
            str(observation.daemon.hosts),
            f"hosts: {observation.daemon.hosts}; the case expects {expect.hosts}",
            _last_place(inputs, *(host.place for host in declared.hosts)),
        )
    yield from _check_listeners(expect, observation)
    yield from _check_levels(expect, observation)
    if list(ignored) != expect.no_effect:
        expected = ", ".join(expect.no_effect) or "nothing"
        observed = ", ".join(ignored) or "nothing"
        yield Mismatch(
            "no-effect",
            expected,
            observed,
            f"without effect is {observed}; the case expects {expected}",
        )
    yield from _check_tools(case, observation)
    for machine, steps in observation.fix.items():
        if steps.exit_code != 0:
            yield Mismatch(
                "fix",
                "exit code 0",
                f"exit code {steps.exit_code}",
                f"a step of the fix failed on {machine}, with exit code {steps.exit_code}",
                details=steps.output,
            )


def expected_level(expect: Expectation, who: str) -> str:
    """Return the level that `who` should get: `client`, `outsider`, `local-user` or `container`."""
    return str(getattr(expect, who.replace("-", "_")))


def _check_words(case: Case, observation: Observation) -> Iterator[Mismatch]:
    """Yield a mismatch if the expected words are missing.

    If this engine does not have the failure, the words must not appear.
    """
    log = "\n".join(observation.full_log[-TAIL:])
    words, unfixed_words = case.expect.words, case.spec.expect.words
    if words is not None:
        if not any(words in line for line in observation.full_log):
            yield Mismatch("words", words, "nothing of it", f"nobody said: {words}", details=log)
    elif (
        unfixed_words is not None
        and not observation.fix
        and any(unfixed_words in line for line in observation.full_log)
    ):
        sentence = f"somebody said: {unfixed_words}; the case expects that nobody does"
        yield Mismatch("words", "nothing of it", unfixed_words, sentence, details=log)


def _check_listeners(expect: Expectation, observation: Observation) -> Iterator[Mismatch]:
    observed = sorted(map(str, observation.daemon.listeners))
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
        f"dockerd was told to listen on {observation.daemon.hosts}.\n{_LISTENERS_HINT}",
    )


def _check_levels(expect: Expectation, observation: Observation) -> Iterator[Mismatch]:
    for who in get_args(Who):
        if who not in observation.exposure:  # a recording of before it was measured
            continue
        expected, exposure = expected_level(expect, who), observation.exposure[who]
        best = exposure.best
        if best.level != expected:
            root = _ROOT if best.level == "full-control" else ""
            yield Mismatch(
                who,
                expected,
                best.level,
                f"{who} gets {best.level}; the case expects {expected}",
                details=f"{who} gets '{best.level}' through {best.target}{root}.\n"
                f"What {who} tried:\n  " + "\n  ".join(map(str, exposure.attempts)) + "\n"
                "Listeners on daemon: "
                + ("; ".join(map(str, observation.daemon.listeners)) or "none")
                + f"\n{_EXPOSURE_HINT}",
            )


def _check_tools(case: Case, observation: Observation) -> Iterator[Mismatch]:
    """Yield a mismatch for each tool that fails on `client`, if `client` has access.

    A case that fails is skipped: its failure may be that the tools fail. Where nothing was mended
    curl is left out: it reads neither docker's config.json nor an ssh:// host.
    """
    if case.fails or case.expect.client not in ("full-control", "read-only"):
        return
    tools = REACHABILITY_TOOLS if observation.fix else ("ps",)
    for name, result in observation.client.items():
        if name in tools and result.exit_code != 0:
            yield Mismatch(
                "tools",
                "exit code 0",
                f"exit code {result.exit_code}",
                f"client's {name} ends with exit code {result.exit_code}",
                details=f"$ {result.command}\n{result.output}",
            )


def _last_place(inputs: Input, *places: Place) -> str | None:
    """Return the last of several places, as the user named the file: the last setting counts."""
    return inputs.user_path(places[-1]) if places else None
