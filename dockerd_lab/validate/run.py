"""Validates a user's configuration: tries it on each engine, and judges what is observed."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dockerd_lab.cases.model import Variant
from dockerd_lab.cases.units import check_unit, packaged_dockerd
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.config.readers import reader_of
from dockerd_lab.errors import BadInput
from dockerd_lab.host.packages import ensure_packages
from dockerd_lab.inputs.collect import collect
from dockerd_lab.judge.after_boot import combine
from dockerd_lab.judge.boot_only_parts import boot_only_parts
from dockerd_lab.judge.judge import NO_PERMISSIONS, judge, verdict
from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.judge.permissions import Permissions
from dockerd_lab.judge.verdict import Result
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.running import running
from dockerd_lab.observe import evidence
from dockerd_lab.observe.observation import Observation
from dockerd_lab.progress import say
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings
from dockerd_lab.standins.prepared import Prepared, prepare
from dockerd_lab.trial.boot import BootPlan
from dockerd_lab.trial.trial import Plan, run_trial

#: `--unit` for the docker.service that the engine's packages bring.
PACKAGED = "packaged"


@dataclass(frozen=True)
class ValidateRequest:
    """The arguments of `dockerd-lab validate`."""

    paths: Sequence[Path]
    files: Sequence[str] = ()
    command: str | None = None
    provision: Path | None = None
    engines: Sequence[str] = ()
    unit: str = PACKAGED
    stand_ins: bool = True
    permissions: Permissions = NO_PERMISSIONS
    reboot: bool = False
    """Whether to judge after a boot, too, even if the configuration does not need one."""


@dataclass(frozen=True)
class JudgedTrial:
    """The verdict on one engine, with the observations and their judgements."""

    result: Result
    judgement: Judgement
    observation: Observation
    boot_judgement: Judgement | None = None
    boot_observation: Observation | None = None
    """After a boot; None if there was none."""


@contextmanager
def prepared(project: Project, settings: Settings, request: ValidateRequest) -> Iterator[Prepared]:
    """Yield the prepared configuration, in a private directory that is removed after the block.

    Raises BadInput if the input or the request is invalid.
    """
    engines_of(settings, request)
    _find_unit(project, request)
    with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as directory:  # its mode is 0700
        inputs = collect(
            request.paths,
            Path(directory),
            files=request.files,
            command=None if request.command is None else parse_dockerd_command(request.command),
            provision=request.provision,
        )
        if inputs.case is not None and inputs.case.unit is not None:
            check_unit(project, inputs.case.unit, f"{inputs.case.directory}/case.yaml: unit: ")
        yield prepare(inputs, settings, allow_stand_ins=request.stand_ins)


def engines_of(settings: Settings, request: ValidateRequest) -> list[str]:
    """Return the requested engines, or lab.yaml's default; raises BadInput for an unknown one."""
    if "all" in request.engines:
        return list(settings.engines)
    for name in request.engines:
        settings.engine(name)
    return list(dict.fromkeys(request.engines)) or [settings.engine_of("daemon")]


def trials(
    project: Project, settings: Settings, request: ValidateRequest, prepared_input: Prepared
) -> Iterator[JudgedTrial]:
    """Try the configuration on one engine after the other, and yield each judged trial.

    A lab that already runs with the engine is used and left running. Raises HarnessError if a trial
    failed for another reason than the configuration.
    """
    for engine in engines_of(settings, request):
        with running(project, settings.with_engines(daemon=engine), keep=False) as fleet:
            yield try_on(fleet, request, prepared_input)


def with_packages(
    project: Project, settings: Settings, engine: str, prepared_input: Prepared
) -> Prepared:
    """Return the configuration with the packages that it needs on an engine, on this computer.

    Raises HarnessError if they cannot be fetched.
    """
    wanted = prepared_input.packages
    packages = ensure_packages(project, engine, settings.engine(engine), wanted)
    return prepared_input.with_packages(packages.files, packages.absent)


def make_plan(
    project: Project, engine: str, request: ValidateRequest, prepared_input: Prepared
) -> Plan:
    """Return the plan of a trial of the configuration on an engine."""
    return Plan(
        prepared_input.configuration,
        f"{engine}/validate-{prepared_input.configuration.name}",
        packages=prepared_input.package_files,
        unit=_find_unit(project, request),
        inspected=prepared_input.inspected,
        routes=prepared_input.routes,
        starts_client=None
        if prepared_input.inputs.command
        else prepared_input.declared.client_command,
    )


def try_on(fleet: Fleet, request: ValidateRequest, prepared_input: Prepared) -> JudgedTrial:
    """Try the configuration on the fleet's engine, judge what is observed, and print the verdict.

    Raises HarnessError if the trial failed for another reason than the configuration.
    """
    trial = _try(fleet, request, prepared_input)
    result = trial.result
    say(f"lab: {fleet.engine}: {result.verdict}, {result.seconds} s after the restore")
    return trial


def _try(fleet: Fleet, request: ValidateRequest, prepared_input: Prepared) -> JudgedTrial:
    """Try the configuration on the fleet's engine, and judge what is observed.

    If the configuration brings anything that only a boot brings into effect, the machine is booted
    with it, and what is observed then is judged as well.
    """
    prepared_input = with_packages(fleet.project, fleet.settings, fleet.engine, prepared_input)
    plan = make_plan(fleet.project, fleet.engine, request, prepared_input)
    unit = plan.unit
    variant = Variant.of(fleet.settings.engine(fleet.engine), unit)
    observation = run_trial(fleet, plan)
    judgement, result = _judge(fleet, prepared_input, observation, request, variant)
    _print_durations(result)
    causes = boot_only_parts(prepared_input, observation)
    if not (causes or request.reboot):
        result = _write_evidence(fleet, observation, result)
        return JudgedTrial(result, judgement, observation)
    for cause in causes:
        say(f"lab: {fleet.engine}: only a boot brings {cause}")
    boot_observation = run_trial(
        fleet, _boot_plan(plan, prepared_input, observation), already_applied=True
    )
    boot_judgement, boot_result = _judge(
        fleet, prepared_input, boot_observation, request, replace(variant, rebooted=True)
    )
    _print_durations(boot_result)
    result = _write_evidence(fleet, observation, result)
    boot_result = _write_evidence(fleet, boot_observation, boot_result)
    return JudgedTrial(
        combine(result, boot_result, causes),
        judgement,
        observation,
        boot_judgement,
        boot_observation,
    )


def _judge(
    fleet: Fleet,
    prepared_input: Prepared,
    observation: Observation,
    request: ValidateRequest,
    variant: Variant,
) -> tuple[Judgement, Result]:
    """Return the judgement of an observation, and the verdict."""
    case = prepared_input.inputs.case
    judgement = judge(
        prepared_input,
        observation,
        case.for_variant(variant) if case is not None else None,
        permissions=request.permissions,
    )
    return judgement, verdict(
        prepared_input,
        observation,
        judgement,
        version=variant.version,
        unit=variant.unit,
        dockerd=packaged_dockerd(fleet.project, variant.unit),
    )


def _boot_plan(plan: Plan, prepared_input: Prepared, observation: Observation) -> Plan:
    """Return the plan that goes on with a boot; `observation` is that of the trial before it."""
    later = [name for name in observation.daemon.units if name.endswith((".timer", ".path"))]
    files = dict.fromkeys([*plan.inspected.files, *observation.daemon.changed_files])
    runners = {"cron", "at"} & {proxy.name for proxy in prepared_input.proxies}
    later += [file for file in files if (each := reader_of(file)) and each.name in runners]
    return replace(
        plan,
        subject=f"{plan.subject}-rebooted",
        then="reboot",
        boot=BootPlan(prepared_input.boot.script, later if prepared_input.has_stand_ins else ()),
        inspected=replace(plan.inspected, files=tuple(files)),
    )


def _write_evidence(fleet: Fleet, observation: Observation, result: Result) -> Result:
    """Write the evidence of what failed, and return the result that names it."""
    if result.verdict != "failed" or result.evidence is None:
        return result
    directory = evidence.write(fleet, observation)
    say(f"lab: {fleet.engine}: the evidence: {directory}")
    names = sorted(file.name for file in Path(directory).glob("*"))
    update = {"directory": str(directory), "files": names}
    return result.model_copy(update={"evidence": result.evidence.model_copy(update=update)})


def _print_durations(result: Result) -> None:
    """Print how long the start, each attempt and the trial took."""
    delay = f", {result.delay_seconds} s of it waited on purpose" if result.delay_seconds else ""
    say(f"lab: {result.engine}: dockerd {result.daemon} after {result.start_seconds} s{delay}")
    for proof in result.proofs:
        say(
            f"lab: {result.engine}: {proof.who} at {proof.target}: {proof.level}, {proof.seconds} s"
        )


def _find_unit(project: Project, request: ValidateRequest) -> str | None:
    """Return the requested unit of provision/units, None for the packaged one; raises BadInput."""
    if request.unit == PACKAGED:
        return None
    try:
        check_unit(project, request.unit)
    except BadInput as error:
        raise BadInput(f"{error.message}; or {PACKAGED}") from None
    return request.unit
