"""Reports of what was recorded on real machines, for tests and pictures: as `validate` has them."""

import dataclasses
import functools

import recordings
from prepared import BY_NAME, SETTINGS, files_of

from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.judge.judge import judge, verdict
from dockerd_lab.judge.verdict import ProjectReport, Report
from dockerd_lab.observe.observation import Observation
from dockerd_lab.project import find_project
from dockerd_lab.standins.prepared import Prepared

ENGINES = ("debian-12", "debian-14")
#: A few cases of every kind, for a page that can be looked at.
FEW = (
    "methods/systemd-dropin",
    "methods/nginx-mtls",
    "methods/firewall-allow-list",
    "methods/ssh",
    "methods/unix-default",
    "failures/hosts-in-file-stock-unit",
    "failures/key-host-ignored",
)


@functools.cache
def recorded_reports(names: tuple[str, ...] = (), *, by_policy: bool = False) -> list[Report]:
    """Return the reports on the cases with these names, or on all, on each recorded engine.

    They are judged by their case.yaml or, with `by_policy`, as a user's directory of that short
    name without one.
    """
    reports: dict[str, Report] = {}
    for engine in ENGINES:
        version = SETTINGS.engine(engine).docker
        for observed in recordings.recorded(engine):
            fixed = observed.subject.endswith("-fixed")
            name = f"{observed.case}{'-fixed' if fixed else ''}"
            if names and name not in names:
                continue
            case = BY_NAME[observed.case].for_variant(Variant(version, fixed=fixed))
            made = dataclasses.replace(files_of(case.name), configuration=case)
            result = _result(made, observed, None if by_policy else case, version)
            shown = name.rpartition("/")[2] if by_policy else name
            report = reports.setdefault(name, Report(case=shown, results=[]))
            report.results.append(result)
    # Files are named as they lie in the checkout, wherever that is.
    whole = ProjectReport(configurations=list(reports.values())).model_dump_json(by_alias=True)
    here = f"{find_project().data}/"
    return ProjectReport.model_validate_json(whole.replace(here, "")).configurations


def _result(made: Prepared, observed: Observation, case: Case | None, version: str):
    judgement = judge(made, observed, case)
    return verdict(made, observed, judgement, version=version, unit="docker.io", dockerd="")
