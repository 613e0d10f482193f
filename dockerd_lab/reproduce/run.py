"""Reproduces a failure on the machines, fixes it, and judges both observations."""

from dataclasses import dataclass, replace

from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.cases.units import packaged_dockerd
from dockerd_lab.judge.judge import judge, verdict
from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.judge.verdict import Result
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import client_tools
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.prepared import prepare_case
from dockerd_lab.trial.trial import Plan, run_trial


@dataclass(frozen=True)
class Reproduction:
    """The judged observation of a failure, or of its fix."""

    case: Case
    observation: Observation
    judgement: Judgement


def reproduce_failure(fleet: Fleet, case: Case) -> Reproduction:
    """Reproduce the failure on freshly restored machines, and judge what is observed."""
    return _try(fleet, case, fixed=False)


def fix_failure(fleet: Fleet, case: Case) -> Reproduction:
    """Fix the failure that was reproduced, and judge whether the daemon works now."""
    return _try(fleet, case, fixed=True)


def result_of(fleet: Fleet, reproduction: Reproduction) -> Result:
    """Return the verdict on a reproduced failure, or on its fix."""
    variant = Variant.of(fleet.settings.engine(fleet.engine))
    prepared = prepare_case(reproduction.case, fleet.settings)
    return verdict(
        prepared,
        reproduction.observation,
        reproduction.judgement,
        version=variant.version,
        unit=variant.unit,
        dockerd=packaged_dockerd(fleet.project, variant.unit),
    )


def _try(fleet: Fleet, case: Case, *, fixed: bool) -> Reproduction:
    variant = Variant.of(fleet.settings.engine(fleet.engine))
    resolved_case = case.for_variant(replace(variant, fixed=fixed))
    prepared = prepare_case(resolved_case, fleet.settings)
    plan = Plan(
        resolved_case,
        f"{fleet.engine}/{case.short_name}{'-fixed' if fixed else ''}",
        then="fix" if fixed else "nothing",
        inspected=prepared.inspected,
        tools=client_tools.REACHABILITY_TOOLS if fixed else (),
    )
    observation = run_trial(fleet, plan, already_applied=fixed)
    return Reproduction(resolved_case, observation, judge(prepared, observation, resolved_case))
