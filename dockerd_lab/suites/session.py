"""One run of the suites: which engines and cases it is about, and what it has seen so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from dockerd_lab.cases.discover import check_unit, find_cases, select
from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.errors import BadInput
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe.observation import Observation
from dockerd_lab.project import Project
from dockerd_lab.report.rows import Row, row
from dockerd_lab.settings import Settings, load_settings
from dockerd_lab.standins.prepared import Prepared, prepare_case


@dataclass(frozen=True)
class Subject:
    """One case on one engine."""

    engine: str
    case: Case
    unit: str = "docker.io"
    """Whose docker.service it is."""
    rebooted: bool = False
    fixed: bool = False
    """Whether the failure was mended with the case's fix.sh."""

    @property
    def id(self) -> str:
        """What it is called in a test's name: `debian-12/daemon-json`, `…/daemon-json-rebooted`."""
        then = "-rebooted" if self.rebooted else "-fixed" if self.fixed else ""
        return f"{self.engine}/{self.case.short_name}{then}"


@dataclass
class Session:
    """What this run of pytest has done so far."""

    project: Project
    settings: Settings
    known: list[str]
    """The names of all cases, of those that are not run as well."""
    cases: list[Case]
    engines: list[str]
    client_engine: str | None = None
    unit: str | None = None
    reboot: bool = False
    fleet: Fleet | None = None
    observations: dict[str, Observation] = field(default_factory=dict)
    evidence: dict[str, Path] = field(default_factory=dict)
    others: list[Row] = field(default_factory=list)
    """Rows of the table that pytest-xdist's workers gave."""
    broken: dict[str, str] = field(default_factory=dict)
    """Engines of which nothing more can be said, and why."""
    _prepared: dict[str, Prepared] = field(default_factory=dict)
    on_machines: tuple[str, str, int] | None = None
    """The engine and the case that were applied last, and after which restore of the machines."""

    @property
    def rows(self) -> list[Row]:
        """The table: what was seen here and by pytest-xdist's workers, in the order of the run."""
        mine = [row(seen) for seen in self.observations.values()]
        order = {subject.id: at for at, subject in enumerate(self.subjects)}
        return sorted(mine + self.others, key=lambda row: order[row.subject])

    @cached_property
    def subjects(self) -> list[Subject]:
        """Every selected case on every selected engine.

        A failure comes again after it was mended. If reboots are asked for, they take that place:
        for every method, and for the failures that say what a boot makes of them.
        """
        return [
            Subject(engine, case.for_variant(there), there.unit, there.rebooted, there.fixed)
            for engine in self.engines
            for case in self.cases
            for there in self._variants(engine, case)
        ]

    def settings_on(self, engine: str) -> Settings:
        """The lab with that engine on `daemon`."""
        return self.settings.with_engines(daemon=engine, client=self.client_engine)

    def unit_on(self, engine: str) -> str | None:
        """The unit that takes the place of the packaged one on an engine, if another is asked."""
        return self.unit if self.unit != self.settings.engine(engine).unit else None

    def prepared(self, subject: Subject) -> Prepared:
        """A subject's files as the judge reads them, read when first needed."""
        if subject.id not in self._prepared:
            self._prepared[subject.id] = prepare_case(subject.case, self.settings)
        return self._prepared[subject.id]

    def again(self, subject: Subject) -> str:
        """What to type to have a subject on the machines, and enter them."""
        options = {
            "--engine": subject.engine,
            "--client-engine": self.client_engine,
            "--unit": self.unit,
            "--case": subject.case.short_name,
        }
        given = " ".join(f"{option} {value}" for option, value in options.items() if value)
        return f"tox -e lab -- {given}{' --reboot' if subject.rebooted else ''} --keep"

    def _variants(self, engine: str, case: Case) -> list[Variant]:
        plain = Variant.of(self.settings.engine(engine), self.unit)
        found = [plain]
        if self.reboot and (case.category == "methods" or case.spec.reboot is not None):
            found.append(replace(plain, rebooted=True))
        if not self.reboot and case.spec.fixed is not None and case.for_variant(plain).fails:
            found.append(replace(plain, fixed=True))
        return found


def make_session(
    project: Project,
    *,
    engines: Sequence[str],
    client_engine: str | None,
    unit: str | None,
    patterns: Sequence[str],
    reboot: bool,
) -> Session:
    """The session of a project, for some engines (`all`, or lab.yaml's own) and some cases.

    The cases are chosen by name or glob. Without any pattern it is for the main job: the methods,
    and the conflicts among them.
    Raises BadInput where there is no such engine, unit or case, or where a file is wrong.
    """
    settings = load_settings(project)
    for name in (*engines, client_engine):
        if name and name != "all":
            settings.engine(name)
    if client_engine == "all":
        raise BadInput("--client-engine is one engine; --engine may be `all`")
    if unit is not None:
        check_unit(project, unit)
    # Those that are named win: `tox -e full -- --engine debian-13` is one of the four.
    wanted = [name for name in dict.fromkeys(engines) if name != "all"]
    if not wanted:
        wanted = list(settings.engines) if engines else [settings.engine_of("daemon")]
    every = find_cases(project)
    cases = select(every, patterns)
    if not patterns:
        cases = [case for case in cases if case.in_main_job]
    known = [case.name for case in every]
    return Session(project, settings, known, cases, wanted, client_engine, unit, reboot)
