"""Judges an observation of a configuration, and makes a verdict of the judgement."""

from collections.abc import Iterator
from typing import Literal

from dockerd_lab.cases.model import Case
from dockerd_lab.config.declared import DeclaredConfig, read_config
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge import errors, expectation, log, policy, rules
from dockerd_lab.judge.daemon_json_keys import docker_desktop_notes
from dockerd_lab.judge.dockerd_path import dockerd_path_notes
from dockerd_lab.judge.file_outcomes import file_outcomes
from dockerd_lab.judge.findings import Error, NoEffect, PolicyFinding
from dockerd_lab.judge.judgement import Judgement, Mismatch
from dockerd_lab.judge.other_apis import find_metrics
from dockerd_lab.judge.permissions import Permissions
from dockerd_lab.judge.printed import evidence_of
from dockerd_lab.judge.result_findings import list_findings
from dockerd_lab.judge.verdict import Proof, Result, VerdictExposure, VerdictListener
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.prepared import Prepared

#: What strangers may get where nobody permits anything.
NO_PERMISSIONS = Permissions()


def judge(
    prepared: Prepared,
    observation: Observation,
    case: Case | None = None,
    *,
    permissions: Permissions = NO_PERMISSIONS,
) -> Judgement:
    """Judge an observation of a configuration by its case, if there is one, and by policy.

    `case` must be resolved for the engine. `permissions` are what strangers may get besides; what
    they get must be clear. Files that a script or a fix has changed are read as they were
    on the machine after that.
    """
    inputs, declared = _after_changes(prepared, observation)
    expect = case.expect if case is not None else None
    findings = errors.find_visible_errors(observation, declared)
    verdict_errors = errors.find_errors(
        observation, inputs, declared, expect.error if expect is not None else None
    )
    silent_errors = errors.find_silent_errors(observation, declared) if not verdict_errors else []
    verdict_errors += silent_errors
    cause = errors.choose_cause(findings, silent_errors)
    context = rules.RuleContext(prepared, inputs, declared, observation, expect)
    ignored = _find_no_effect(context)
    policy_findings = [finding for rule in rules.POLICY for finding in rule(context)]
    policy_findings += permissions.stricter_findings(observation)
    permitted = {finding: permissions.reason(finding) for finding in policy_findings}
    policy_findings = [finding for finding in policy_findings if permitted[finding] is None]
    problems = [*_daemon_problems(observation, case, verdict_errors), *policy_findings]
    if case is not None:
        settings = [each.setting for each in ignored]
        problems += expectation.find_mismatches(case, observation, inputs, declared, settings)
        problems += errors.find_mismatches(case, observation, findings, verdict_errors, cause)
    return Judgement(
        problems=tuple(problems),
        errors=tuple(verdict_errors),
        no_effect=tuple(ignored),
        not_judged=tuple(entry for rule in rules.NOT_JUDGED for entry in rule(context)),
        explained=tuple(findings),
        cause=cause,
        permitted=tuple(
            f"{finding}: permitted: {reason}" for finding, reason in permitted.items() if reason
        ),
    )


def verdict(
    prepared: Prepared,
    observation: Observation,
    judgement: Judgement,
    *,
    version: str,
    unit: str,
    dockerd: str,
) -> Result:
    """Return the verdict on one engine.

    `version` is the engine's version; `unit` says whose docker.service it has, and `dockerd` where
    the packages with that unit have dockerd.
    """
    daemon = observation.daemon
    inputs, declared = _after_changes(prepared, observation)
    levels = {who: exposure.level for who, exposure in observation.exposure.items()}
    paths = dockerd_path_notes(prepared, observation, judgement.errors, unit, dockerd)
    not_installed = [f"{name}: not installed" for name in prepared.inputs.ignored]
    return Result(
        engine=observation.engine,
        engine_version=version,
        unit=unit,
        daemon=daemon.outcome.daemon,  # type: ignore[arg-type]  # pydantic checks it
        starts=daemon.outcome.daemon == "active",
        start_seconds=round(daemon.daemon_start_seconds, 1),
        delay_seconds=log.startup_delay(daemon.log),
        command=daemon.command,
        hosts=daemon.hosts,
        listeners=[_verdict_listener(listener) for listener in daemon.listeners],
        exposure=VerdictExposure(**levels),
        errors=list(judgement.errors),
        warnings=log.warnings(daemon.log),
        no_effect=list(judgement.no_effect),
        not_judged=list(judgement.not_judged),
        files=file_outcomes(prepared, observation, judgement),
        stand_ins=[
            *prepared.stand_in_notes,
            *(note for proxy in prepared.proxies for note in proxy.notes),
            *_boot_stand_ins(prepared, observation),
            *paths,
        ],
        notes=[
            *prepared.notes,
            *docker_desktop_notes(prepared.declared),
            *not_installed,
            *find_metrics(observation),
        ],
        dockerd_validate=daemon.refused_by_validate,
        proofs=[
            Proof(
                who=who,
                target=attempt.place,
                level=attempt.level,
                seconds=attempt.seconds,
                evidence=attempt.evidence,
            )
            for who, exposure in observation.exposure.items()
            for attempt in exposure.attempts
        ],
        seconds=round(observation.seconds, 1),
        verdict=_verdict(judgement),
        reasons=judgement.reasons,
        permitted=list(judgement.permitted),
        findings=list_findings(inputs, declared, observation, judgement),
        evidence=evidence_of(observation, judgement),
    )


def _after_changes(prepared: Prepared, observation: Observation) -> tuple[Input, DeclaredConfig]:
    """Return the input as a script or a fix has changed it, and what it declares."""
    inputs, declared = prepared.inputs, prepared.declared
    if observation.daemon.changed_files:
        inputs = inputs.with_changes(observation.daemon.changed_files)
        declared = read_config(inputs.texts, inputs.command)
    return inputs, declared


def _find_no_effect(context: rules.RuleContext) -> list[NoEffect]:
    """Return the settings without effect; none if the daemon does not run with them."""
    if context.daemon.outcome.daemon != "active" or context.daemon.command is None:
        return []
    entries = (entry for rule in rules.NO_EFFECT for entry in rule(context))
    return list({(each.setting, each.where): each for each in entries}.values())


def _boot_stand_ins(prepared: Prepared, observation: Observation) -> list[str]:
    """Return what the lab did at a boot that the input does not say."""
    if observation.boot is None:
        return []
    triggered = observation.boot.triggered.items()
    notes = [
        f"{service}: started at once, not when {unit} starts it" for service, unit in triggered
    ]
    return [*prepared.boot.notes, *notes]


def _verdict(judgement: Judgement) -> Literal["passed", "failed", "incomplete"]:
    """Return the verdict: one that passes says that all of the input was judged."""
    if not judgement.passed:
        return "failed"
    return "incomplete" if judgement.not_judged else "passed"


def _daemon_problems(
    observation: Observation, case: Case | None, verdict_errors: list[Error]
) -> Iterator[Mismatch | PolicyFinding]:
    """Yield what is wrong with the daemon's state.

    If no known error explains it, a finding with the last line of its log follows.
    """
    state = observation.daemon.outcome.daemon
    problems: list[Mismatch | PolicyFinding]
    if case is not None:
        problems = [*expectation.check_daemon_state(case.expect, observation)]
    else:
        problems = [*policy.check_daemon_state(observation)]
    yield from problems
    if problems and state != "active" and not verdict_errors:
        yield from policy.report_last_line(observation)


def _verdict_listener(listener: Listener) -> VerdictListener:
    """Return a listener as the verdict has it."""
    if listener.protocol == "unix":
        return VerdictListener(family="unix", path=listener.address, process=listener.program)
    host, _, port = listener.address.rpartition(":")
    return VerdictListener(
        family=listener.protocol,  # type: ignore[arg-type]  # netstat's; pydantic checks it
        address=host,
        port=int(port),
        process=listener.program,
    )
