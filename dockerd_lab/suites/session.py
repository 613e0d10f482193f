"""Holds the state of one run of the suites: its engines and cases, and its observations so far."""

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
from dockerd_lab.report.observation_rows import Row, row
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
    """Whether the failure was fixed with the case's fix.sh."""

    @property
    def id(self) -> str:
        """Return its name in a test's id: `debian-12/daemon-json`, `…/daemon-json-rebooted`."""
        then = "-rebooted" if self.rebooted else "-fixed" if self.fixed else ""
        return f"{self.engine}/{self.case.short_name}{then}"


@dataclass
class Session:
    """The state of this run of pytest."""

    project: Project
    settings: Settings
    case_names: list[str]
    """The names of all cases, including those that are not selected."""
    cases: list[Case]
    engines: list[str]
    client_engine: str | None = None
    unit: str | None = None
    reboot: bool = False
    fleet: Fleet | None = None
    observations: dict[str, Observation] = field(default_factory=dict)
    evidence: dict[str, Path] = field(default_factory=dict)
    worker_rows: list[Row] = field(default_factory=list)
    """Rows of the table from pytest-xdist's workers."""
    broken: dict[str, str] = field(default_factory=dict)
    """Engines whose lab broke, and the reason."""
    _prepared: dict[str, Prepared] = field(default_factory=dict)
    on_machines: tuple[str, str, int] | None = None
    """The engine and the case that were applied last, and after which restore of the machines."""

    @property
    def rows(self) -> list[Row]:
        """Return the table: the rows of this process and of pytest-xdist's workers, sorted."""
        rows = [row(observation) for observation in self.observations.values()]
        order = {subject.id: at for at, subject in enumerate(self.subjects)}
        return sorted(rows + self.worker_rows, key=lambda row: order[row.subject])

    @cached_property
    def subjects(self) -> list[Subject]:
        """Return every selected case on every selected engine.

        After a failure comes its fix. With --reboot there are no fixes, but reboots: of every
        method, and of the failures that have an expectation for it.
        """
        return [
            Subject(
                engine, case.for_variant(variant), variant.unit, variant.rebooted, variant.fixed
            )
            for engine in self.engines
            for case in self.cases
            for variant in self._variants(engine, case)
        ]

    def settings_on(self, engine: str) -> Settings:
        """Return the settings with that engine on `daemon`."""
        return self.settings.with_engines(daemon=engine, client=self.client_engine)

    def unit_on(self, engine: str) -> str | None:
        """Return the unit that replaces the packaged one on an engine, if --unit names another."""
        return self.unit if self.unit != self.settings.engine(engine).unit else None

    def prepared(self, subject: Subject) -> Prepared:
        """Return a subject's files as the judge reads them, read when first needed."""
        if subject.id not in self._prepared:
            self._prepared[subject.id] = prepare_case(subject.case, self.settings)
        return self._prepared[subject.id]

    def rerun_command(self, subject: Subject) -> str:
        """Return the command that applies a subject again and keeps the machines."""
        options = {
            "--engine": subject.engine,
            "--client-engine": self.client_engine,
            "--unit": self.unit,
            "--case": subject.case.short_name,
        }
        arguments = " ".join(f"{option} {value}" for option, value in options.items() if value)
        return f"tox -e lab -- {arguments}{' --reboot' if subject.rebooted else ''} --keep"

    def _variants(self, engine: str, case: Case) -> list[Variant]:
        plain = Variant.of(self.settings.engine(engine), self.unit)
        variants = [plain]
        if self.reboot and (case.category == "methods" or case.spec.reboot is not None):
            variants.append(replace(plain, rebooted=True))
        if not self.reboot and case.spec.fixed is not None and case.for_variant(plain).fails:
            variants.append(replace(plain, fixed=True))
        return variants


def make_session(
    project: Project,
    *,
    engines: Sequence[str],
    client_engine: str | None,
    unit: str | None,
    patterns: Sequence[str],
    reboot: bool,
) -> Session:
    """Return the session of a project for some engines (`all`, or lab.yaml's default) and cases.

    `patterns` are names of cases, or globs. Without any, the session is for the main job: the
    methods, and the conflicts among them. Raises BadInput if there is no such engine, unit or case,
    or if a file is wrong.
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
    selected = [name for name in dict.fromkeys(engines) if name != "all"]
    if not selected:
        selected = list(settings.engines) if engines else [settings.engine_of("daemon")]
    all_cases = find_cases(project)
    cases = select(all_cases, patterns)
    if not patterns:
        cases = [case for case in cases if case.in_main_job]
    names = [case.name for case in all_cases]
    return Session(project, settings, names, cases, selected, client_engine, unit, reboot)
