"""The one judge: an observation, and what is expected of it, become a judgement and a verdict."""

from collections.abc import Iterator

from dockerd_lab.cases.model import Case
from dockerd_lab.config.declared import read_config
from dockerd_lab.judge import errors, expectation, log, policy
from dockerd_lab.judge.judgement import Judgement, Mismatch, PolicyFinding
from dockerd_lab.judge.no_effect import desktop_note, no_effect
from dockerd_lab.judge.verdict import Error, Exposure, Listener, Proof, Result
from dockerd_lab.observe.listeners import Listener as SeenListener
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.prepared import Prepared


def judge(
    prepared: Prepared,
    seen: Observation,
    case: Case | None = None,
    *,
    allow_insecure: bool = False,
) -> Judgement:
    """Judge an observation of a configuration.

    `case` says what is expected on this engine, if anything. `allow_insecure` permits that
    strangers control the daemon. Files that a script or a fix changed are read as they are on the
    machine now.
    """
    inputs, declared = prepared.inputs, prepared.declared
    if seen.daemon.changed_files:
        inputs = inputs.with_changes(seen.daemon.changed_files)
        declared = read_config(inputs.texts, inputs.command)
    expect = case.expect if case is not None else None
    findings = errors.explained(seen, declared)
    listed = errors.errors(seen, inputs, declared, expect.error if expect is not None else None)
    wordless = errors.without_words(seen, declared) if not listed else []
    listed += wordless
    cause = errors.cause(findings, wordless)
    ignored = no_effect(inputs, declared, seen.daemon)
    problems: list[Mismatch | PolicyFinding] = [
        *_daemon(seen, case, listed),
        *policy.script(seen),
        *policy.services(seen),
        *policy.strangers(seen, expect, allowed=allow_insecure),
    ]
    if case is not None:
        settings = [each.setting for each in ignored]
        problems += expectation.mismatches(case, seen, inputs, declared, settings)
        problems += errors.mismatches(case, seen, findings, listed, cause)
    return Judgement(
        problems=tuple(problems),
        errors=tuple(listed),
        no_effect=tuple(ignored),
        explained=tuple(findings),
        cause=cause,
    )


def verdict(
    prepared: Prepared, seen: Observation, judgement: Judgement, *, version: str, unit: str
) -> Result:
    """The judgement as the verdict on one engine.

    `version` is the engine's and `unit` says whose docker.service it has.
    """
    daemon = seen.daemon
    levels = {who: exposure.level for who, exposure in seen.exposure.items()}
    left_out = [f"{name}: not installed" for name in prepared.inputs.ignored]
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
        errors=list(judgement.errors),
        warnings=log.warnings(daemon.log),
        no_effect=list(judgement.no_effect),
        stand_ins=list(prepared.stand_in_notes),
        notes=[*prepared.notes, *desktop_note(prepared.declared), *left_out],
        dockerd_validate=daemon.refused_by_validate,
        proofs=[
            Proof(who=who, target=way.target, level=way.level, seconds=way.seconds)
            for who, exposure in seen.exposure.items()
            for way in exposure.ways
        ],
        seconds=round(seen.seconds, 1),
        verdict="passed" if judgement.passed else "failed",
        reasons=judgement.reasons,
    )


def _daemon(
    seen: Observation, case: Case | None, listed: list[Error]
) -> Iterator[Mismatch | PolicyFinding]:
    """What is wrong with the daemon's state; its last words, where no known error tells."""
    state = seen.daemon.outcome.daemon
    wrong: list[Mismatch | PolicyFinding]
    if case is not None:
        wrong = [*expectation.daemon_state(case.expect, seen)]
    else:
        wrong = [*policy.daemon_state(seen)]
    yield from wrong
    if wrong and state != "active" and not listed:
        yield from policy.last_words(seen)


def _listener(seen: SeenListener) -> Listener:
    if seen.protocol == "unix":
        return Listener(family="unix", path=seen.address, process=seen.program)
    address, _, port = seen.address.rpartition(":")
    return Listener(
        family=seen.protocol,  # type: ignore[arg-type]  # netstat's; pydantic checks it
        address=address,
        port=int(port),
        process=seen.program,
    )
