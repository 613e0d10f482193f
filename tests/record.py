"""Records on real machines what every case does, and what its fix leads to.

    tox -e record -- ENGINE [CASE…]

The observations are judged as well: the exit code is 1 where one is not as its case expects.
"""

import sys

import recordings

from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.errors import LabError
from dockerd_lab.machines.running import running
from dockerd_lab.project import find_project
from dockerd_lab.reproduce.run import fix_failure, reproduce_failure
from dockerd_lab.settings import load_settings


def main(engine: str, patterns: list[str]) -> int:
    """Record the cases that the patterns select, or all; return the exit code."""
    project = find_project()
    settings = load_settings(project).with_engines(daemon=engine)
    cases = select(find_cases(project), patterns)
    wrong = 0
    with running(project, settings) as fleet:
        for number, case in enumerate(cases, 1):
            print(f"{number} of {len(cases)}: {case.name}", flush=True)
            first = reproduce_failure(fleet, case)
            trials = [first]
            if case.spec.fixed is not None and first.case.fails:
                trials.append(fix_failure(fleet, case))
            for trial in trials:
                recordings.write(trial.observation)
                for problem in trial.judgement.problems:
                    print(f"{trial.observation.subject}: {problem}", flush=True)
                wrong += not trial.judgement.passed
    print(f"{wrong} of them are not as their case expects")
    return 1 if wrong else 0


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("usage: tox -e record -- ENGINE [CASE…]")
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except LabError as error:
        print(f"{error.kind}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
