"""Records on real machines what every case does, and what its fix leads to.

    tox -e record -- ENGINE [CASE…]

The observations are judged as well: the exit code is 1 where one is not as its case expects.
"""

import sys
from dataclasses import replace

import recordings

from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.errors import LabError
from dockerd_lab.judge.judge import judge
from dockerd_lab.machines.fleet import Fleet, running
from dockerd_lab.observe.remote import REACHED
from dockerd_lab.settings import checkout, load_settings
from dockerd_lab.standins.prepared import prepare_case
from dockerd_lab.trial.trial import Plan, run_trial


def main(engine: str, patterns: list[str]) -> int:
    """Record the cases that the patterns select, or all; return the exit code."""
    root = checkout()
    settings = load_settings(root).with_engines(daemon=engine)
    cases = select(find_cases(root), patterns)
    wrong = 0
    with running(root, settings) as fleet:
        for number, case in enumerate(cases, 1):
            print(f"{number} of {len(cases)}: {case.name}", flush=True)
            wrong += _record(fleet, case, fixed=False)
            there = case.resolve(Variant.of(settings.engine(engine)))
            if case.spec.fixed is not None and there.fails:
                wrong += _record(fleet, case, fixed=True)
    print(f"{wrong} of them are not as their case expects")
    return 1 if wrong else 0


def _record(fleet: Fleet, case: Case, *, fixed: bool) -> int:
    """Record one observation; return whether it is not as expected."""
    plain = Variant.of(fleet.settings.engine(fleet.engine))
    here = case.resolve(replace(plain, fixed=fixed))
    prepared = prepare_case(here, fleet.settings)
    plan = Plan(
        here,
        f"{fleet.engine}/{case.short_name}{'-fixed' if fixed else ''}",
        then="fix" if fixed else "nothing",
        inspected=prepared.inspected,
        tools=REACHED,
    )
    observation = run_trial(fleet, plan, already_applied=fixed, quiet=True)
    recordings.write(observation)
    judgement = judge(prepared, observation, here)
    for problem in judgement.problems:
        print(f"{plan.subject}: {problem}", flush=True)
    return int(not judgement.passed)


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("usage: tox -e record -- ENGINE [CASE…]")
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except LabError as error:
        print(f"{error.kind}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
