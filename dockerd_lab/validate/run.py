"""Tries a configuration on the machines of each engine, as the suites do with a case."""

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
from dockerd_lab.settings import Settings
from dockerd_lab.standins.prepared import Prepared, prepare
from dockerd_lab.trial.trial import Plan, run_trial

#: `--unit` for the docker.service that the engine's packages bring.
PACKAGED = "packaged"


@dataclass(frozen=True)
class ValidateRequest:
    """What is to be validated, as the command line says it."""

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
    """The verdict on one engine, and what it rests on."""

    result: Result
    judgement: Judgement
    observation: Observation


@contextmanager
def prepared(root: Path, settings: Settings, request: ValidateRequest) -> Iterator[Prepared]:
    """The configuration in a private directory that lasts as long as the block.

    Raises BadInput, before anything is started, where something is wrong with the input.
    """
    engines_of(settings, request)
    _unit(root, request)
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
    """The engines to try, or lab.yaml's own; raises BadInput for one that is unknown."""
    if "all" in request.engines:
        return list(settings.engines)
    for name in request.engines:
        settings.engine(name)
    return list(dict.fromkeys(request.engines)) or [settings.engine_of("daemon")]


def trials(
    root: Path, settings: Settings, request: ValidateRequest, ready: Prepared
) -> Iterator[JudgedTrial]:
    """Try the configuration on one engine after the other.

    A lab that runs with the engine is used and left running. Raises HarnessError where nothing can
    be said about the configuration.
    """
    for engine in engines_of(settings, request):
        with running(root, settings.with_engines(daemon=engine), keep=False) as fleet:
            yield _try(fleet, request, ready)


def _try(fleet: Fleet, request: ValidateRequest, ready: Prepared) -> JudgedTrial:
    """Try it on the fleet's engine, and judge what is observed."""
    declared = fleet.settings.engine(fleet.engine)
    unit = _unit(fleet.root, request)
    here = Variant.of(declared, unit)
    case = ready.inputs.case.resolve(here) if ready.inputs.case is not None else None
    plan = Plan(
        ready.configuration,
        f"{fleet.engine}/validate-{ready.configuration.name}",
        unit=unit,
        inspected=ready.inspected,
        routes=ready.routes,
        starts_client=None if ready.inputs.command else ready.declared.client_command,
    )
    seen = run_trial(fleet, plan)
    judgement = judge(ready, seen, case, allow_insecure=request.allow_insecure)
    result = verdict(ready, seen, judgement, version=declared.docker, unit=here.unit)
    _tell(result)
    if result.verdict == "failed":
        say(f"lab: {fleet.engine}: the evidence: {evidence.write(fleet, seen)}")
    return JudgedTrial(result, judgement, seen)


def _tell(result: Result) -> None:
    """Say what took how long."""
    waited = f", {result.delay_seconds} s of it waited on purpose" if result.delay_seconds else ""
    say(f"lab: {result.engine}: dockerd {result.daemon} after {result.start_seconds} s{waited}")
    for proof in result.proofs:
        say(
            f"lab: {result.engine}: {proof.who} at {proof.target}: {proof.level}, {proof.seconds} s"
        )
    say(f"lab: {result.engine}: {result.verdict}, {result.seconds} s after the restore")


def _unit(root: Path, request: ValidateRequest) -> str | None:
    """The unit of provision/units to take; raises BadInput where there is none of that name."""
    if request.unit == PACKAGED:
        return None
    try:
        check_unit(root, request.unit)
    except BadInput as error:
        raise BadInput(f"{error.message}; or {PACKAGED}") from None
    return request.unit
