"""Judges what was seen of a configuration on one engine; data in, data out."""

import re
from collections.abc import Iterator

from dockerd_lab.cases.model import LEVELS, Case, Expectation
from dockerd_lab.differences import differences, expected_level
from dockerd_lab.machines.ask import TIMED_OUT
from dockerd_lab.observe.listeners import Listener as Seen
from dockerd_lab.observe.observation import Observation
from dockerd_lab.validate import log, questions
from dockerd_lab.validate.model import Error, Exposure, Listener, NoEffect, Proof, Result
from dockerd_lab.validate.no_effect import desktop_note, no_effect
from dockerd_lab.validate.prepare import Prepared

#: Who should get nothing.
STRANGERS = {"outsider": "an outsider", "local-user": "a local user outside group docker"}
#: The error that a case names whose failure is not among the known ones.
UNEXPLAINED = "unexplained"
#: systemd's words where it did not come so far as to start the program.
_NOT_STARTED = r"docker\.service: (Failed to|Failed at step|Unable to) "
#: A level from here on is control of the daemon, or a look into it.
_TOO_MUCH = LEVELS.index("read-only")


def judge(
    prepared: Prepared,
    seen: Observation,
    *,
    version: str,
    unit: str,
    allow_insecure: bool = False,
    case: Case | None = None,
) -> Result:
    """The verdict on an observation; `case` says what is expected on this engine, if anything.

    `version` is the engine's and `unit` says whose docker.service it has.
    """
    daemon = seen.daemon
    said = [*questions.of_socket(daemon.raw), *seen.said]
    found = log.errors(said, prepared.given, prepared.asked)
    if daemon.outcome.daemon == "failed" and not found:
        found = log.wordless(prepared.asked, seen.said)
    ignored = no_effect(prepared.given, prepared.asked, daemon)
    levels = {who: exposure.level for who, exposure in seen.exposure.items()}
    expect = case.expect if case is not None else None
    reasons = [
        *_daemon(seen, found, expect),
        *questions.broken_scripts(daemon.raw),
        *questions.broken_services(daemon.raw),
        *_exposure(seen, expect, allow_insecure),
        *(_otherwise(seen, found, ignored, expect) if expect is not None else ()),
    ]
    left_out = [f"{name}: not installed" for name in prepared.given.ignored]
    return Result(
        engine=seen.engine,
        engine_version=version,
        unit=unit,
        daemon=daemon.outcome.daemon,  # type: ignore[arg-type]  # pydantic checks it
        starts=daemon.outcome.daemon == "active",
        start_seconds=round(daemon.own_seconds, 1),
        delay_seconds=log.delay(daemon.log),
        command=daemon.command,
        hosts=daemon.hosts,
        listeners=[_listener(listener) for listener in daemon.listeners],
        exposure=Exposure(**levels),
        errors=found,
        warnings=log.warnings(daemon.log),
        no_effect=ignored,
        stand_ins=list(prepared.said),
        notes=[*prepared.notes, *desktop_note(prepared.asked), *left_out],
        dockerd_validate=questions.noticed(daemon.raw, daemon.outcome.daemon),
        proofs=[
            Proof(who=who, target=way.target, level=way.level, seconds=way.seconds)
            for who, exposure in seen.exposure.items()
            for way in exposure.ways
        ],
        seconds=round(seen.seconds, 1),
        verdict="failed" if reasons else "passed",
        reasons=reasons,
    )


def _daemon(seen: Observation, found: list[Error], expect: Expectation | None) -> Iterator[str]:
    """The daemon must run with the configuration, unless the case says otherwise."""
    state = seen.daemon.outcome.daemon
    wanted = expect.daemon if expect is not None else "active"
    if state == wanted:
        return
    if expect is not None:
        yield f"the daemon is {state}; the case expects {wanted}"
    elif state == "unchanged":
        yield "systemd refuses the unit; the old daemon runs on with the old configuration"
    else:
        yield "the daemon does not start"
    if state != "active" and not found:
        if seen.daemon.outcome.restart_exit_code == TIMED_OUT:
            yield "it was neither ready nor did it end, until it was stopped"
        yield f"no known error; its last words: {log.message(last_line(seen))}"


def last_line(seen: Observation) -> str:
    """Why systemd could not start dockerd; or the last line of dockerd's own, or of anybody's."""
    programs = ("dockerd", "docker")  # as units of 2016 and before have it
    journal = seen.daemon.journal
    # What stands before is the daemon's that was stopped.
    starts = [n for n, entry in enumerate(journal) if entry.message.startswith("Starting docker.")]
    since = starts[0] if starts else 0
    own = [entry.message for entry in journal[since:] if entry.program in programs]
    own = [line for line in [*own, *seen.daemon.by_hand.splitlines()] if not _is_hint(line)]
    # The lines of dockerd's own are the old one's then.
    refused = [line for line in seen.daemon.log if re.match(_NOT_STARTED, line)]
    lines = refused[:1] or own or seen.daemon.log[since:]
    return lines[-1] if lines else "none"


def _is_hint(line: str) -> bool:
    """Whether a line only says where help is, as the docker client ends with."""
    return re.match(r"\s*($|See '|Run '|Usage:)", line) is not None


def _exposure(seen: Observation, expect: Expectation | None, allowed: bool) -> Iterator[str]:
    """Nobody else may read or control the daemon, unless that is meant."""
    for who, called in STRANGERS.items():
        best = seen.exposure[who].best
        if not _too_much(best.level) or (allowed and best.level in LEVELS):
            continue
        if expect is not None and _too_much(expected_level(expect, who)):
            continue  # the case says so
        gets = "root" if best.level == "full-control" else best.level
        yield f"{called} gets {gets} at {best.target} ({best.evidence})"


def _too_much(level: str) -> bool:
    """Whether a level is more than a stranger may have; what is unclear is."""
    return level not in LEVELS or LEVELS.index(level) >= _TOO_MUCH


def _otherwise(
    seen: Observation, found: list[Error], ignored: list[NoEffect], expect: Expectation
) -> Iterator[str]:
    """What is not as the case expects it, besides the daemon's state."""
    yield from differences(expect, seen, [each.setting for each in ignored])
    ids = [error.id for error in found] or [UNEXPLAINED]
    if expect.error is not None and expect.error not in ids:
        yield f"the error is {', '.join(ids)}; the case expects {expect.error}"


def _listener(seen: Seen) -> Listener:
    if seen.protocol == "unix":
        return Listener(family="unix", path=seen.address, process=seen.program)
    address, _, port = seen.address.rpartition(":")
    return Listener(
        family=seen.protocol,  # type: ignore[arg-type]  # netstat's; pydantic checks it
        address=address,
        port=int(port),
        process=seen.program,
    )
