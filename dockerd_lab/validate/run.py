"""Validates a user's configuration: tries it on each engine, and judges what is observed."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.cases.discover import check_unit
from dockerd_lab.cases.model import Variant
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.collect import collect
from dockerd_lab.judge.judge import judge, verdict
from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.judge.verdict import Result
from dockerd_lab.machines.fleet import Fleet, running
from dockerd_lab.observe import evidence
from dockerd_lab.observe.observation import Observation
from dockerd_lab.progress import say
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings
from dockerd_lab.standins.prepared import Prepared, prepare
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
    allow_insecure: bool = False


@dataclass(frozen=True)
class JudgedTrial:
    """The verdict on one engine, with the observation and its judgement."""

    result: Result
    judgement: Judgement
    observation: Observation


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
            yield _try(fleet, request, prepared_input)


def _try(fleet: Fleet, request: ValidateRequest, prepared_input: Prepared) -> JudgedTrial:
    """Try the configuration on the fleet's engine, and judge what is observed."""
    engine = fleet.settings.engine(fleet.engine)
    unit = _find_unit(fleet.project, request)
    variant = Variant.of(engine, unit)
    case = (
        prepared_input.inputs.case.for_variant(variant)
        if prepared_input.inputs.case is not None
        else None
    )
    plan = Plan(
        prepared_input.configuration,
        f"{fleet.engine}/validate-{prepared_input.configuration.name}",
        unit=unit,
        inspected=prepared_input.inspected,
        routes=prepared_input.routes,
        starts_client=None
        if prepared_input.inputs.command
        else prepared_input.declared.client_command,
    )
    observation = run_trial(fleet, plan)
    judgement = judge(prepared_input, observation, case, allow_insecure=request.allow_insecure)
    result = verdict(
        prepared_input, observation, judgement, version=engine.docker, unit=variant.unit
    )
    _print_durations(result)
    if result.verdict == "failed":
        say(f"lab: {fleet.engine}: the evidence: {evidence.write(fleet, observation)}")
    return JudgedTrial(result, judgement, observation)


def _print_durations(result: Result) -> None:
    """Print how long the start, each attempt and the trial took."""
    delay = f", {result.delay_seconds} s of it waited on purpose" if result.delay_seconds else ""
    say(f"lab: {result.engine}: dockerd {result.daemon} after {result.start_seconds} s{delay}")
    for proof in result.proofs:
        say(
            f"lab: {result.engine}: {proof.who} at {proof.target}: {proof.level}, {proof.seconds} s"
        )
    say(f"lab: {result.engine}: {result.verdict}, {result.seconds} s after the restore")


def _find_unit(project: Project, request: ValidateRequest) -> str | None:
    """Return the requested unit of provision/units, None for the packaged one; raises BadInput."""
    if request.unit == PACKAGED:
        return None
    try:
        check_unit(project, request.unit)
    except BadInput as error:
        raise BadInput(f"{error.message}; or {PACKAGED}") from None
    return request.unit
