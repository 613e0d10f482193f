"""Brings a failure about on the machines, mends it, and has both judged."""

from dataclasses import dataclass, replace

from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.judge.judge import judge
from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import remote
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.prepared import prepare_case
from dockerd_lab.trial.trial import Plan, run_trial


@dataclass(frozen=True)
class Reproduction:
    """A failure, or its fix, as it was observed on the machines and judged."""

    case: Case
    observation: Observation
    judgement: Judgement


def bring_about(fleet: Fleet, case: Case) -> Reproduction:
    """Bring the failure about on freshly restored machines, and look at what comes of it."""
    return _try(fleet, case, fixed=False)


def fix(fleet: Fleet, case: Case) -> Reproduction:
    """Mend the failure that is on the machines, and look whether the daemon is healthy."""
    return _try(fleet, case, fixed=True)


def _try(fleet: Fleet, case: Case, *, fixed: bool) -> Reproduction:
    plain = Variant.of(fleet.settings.engine(fleet.engine))
    here = case.resolve(replace(plain, fixed=fixed))
    prepared = prepare_case(here, fleet.settings)
    plan = Plan(
        here,
        f"{fleet.engine}/{case.short_name}{'-fixed' if fixed else ''}",
        then="fix" if fixed else "nothing",
        inspected=prepared.inspected,
        tools=remote.REACHED if fixed else (),
    )
    observation = run_trial(fleet, plan, already_applied=fixed)
    return Reproduction(here, observation, judge(prepared, observation, here))
