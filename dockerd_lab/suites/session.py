"""Holds the state of one run of the suites: its engines and cases, and its observations so far."""

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.cases.model import Case, Variant
from dockerd_lab.cases.units import check_unit
from dockerd_lab.errors import BadInput
from dockerd_lab.judge.judge import NO_PERMISSIONS, judge
from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.judge.verdict import Report
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import client_tools
from dockerd_lab.observe.observation import Observation
from dockerd_lab.project import Project
from dockerd_lab.project_sources import is_named
from dockerd_lab.report.observation_rows import Row, row
from dockerd_lab.settings import Settings, load_settings
from dockerd_lab.standins.prepared import Prepared, prepare_case
from dockerd_lab.suites.subject import Subject
from dockerd_lab.trial.trial import Plan
from dockerd_lab.validate.project import Target, target_names, targets
from dockerd_lab.validate.run import (
    PACKAGED,
    ValidateRequest,
    engines_of,
    make_plan,
    with_packages,
)


@dataclass
class Renewal:
    """What became of labs that broke, where a new one takes their place."""

    lost_subject: Subject | None = None
    """What was on the machines when the lab broke; its other tests have no machines."""
    count: int = 0
    """How many labs took the place of one that broke."""
    engines: set[str] = field(default_factory=set)
    """Engines among the broken ones with a new lab."""


@dataclass
class Session:
    """The state of this run of pytest."""

    project: Project
    settings: Settings
    case_names: list[str]
    """The names of all cases and configurations, including those that are not selected."""
    cases: list[Case]
    engines: list[str]
    case_engines: list[str]
    """Those of them on which cases run; a configuration says itself on which it does."""
    targets: list[Target] = field(default_factory=list)
    """The project's configurations."""
    opened: ExitStack = field(default_factory=ExitStack)
    """What holds their files until the run ends."""
    client_engine: str | None = None
    unit: str | None = None
    reboot: bool = False
    fleet: Fleet | None = None
    observations: dict[str, Observation] = field(default_factory=dict)
    evidence: dict[str, Path] = field(default_factory=dict)
    worker_rows: list[Row] = field(default_factory=list)
    """Rows of the table from pytest-xdist's workers."""
    worker_results: list[Report] = field(default_factory=list)
    """The verdicts on what pytest-xdist's workers observed."""
    failed_tests: dict[str, list[str]] = field(default_factory=dict)
    """The tests that failed, each with its reason, by the subject."""
    broken: dict[str, str] = field(default_factory=dict)
    """Engines whose lab broke, and the reason."""
    renewal: Renewal = field(default_factory=Renewal)
    """The labs that took the place of broken ones."""
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
        own = [
            Subject(
                engine,
                _case_of(target, variant := Variant.of(self.settings.engine(engine), self.unit)),
                variant.unit,
                target=target,
            )
            for engine in self.engines
            for target in self.targets
            if engine in engines_of(self.settings, target.request)
        ]
        shipped = [
            Subject(
                engine, case.for_variant(variant), variant.unit, variant.rebooted, variant.fixed
            )
            for engine in self.case_engines
            for case in self.cases
            for variant in self._variants(engine, case)
        ]
        return sorted(own + shipped, key=lambda subject: self.engines.index(subject.engine))

    def settings_on(self, engine: str) -> Settings:
        """Return the settings with that engine on `daemon`."""
        return self.settings.with_engines(daemon=engine, client=self.client_engine)

    def unit_on(self, engine: str) -> str | None:
        """Return the unit that replaces the packaged one on an engine, if --unit names another."""
        return self.unit if self.unit != self.settings.engine(engine).unit else None

    def prepared(self, subject: Subject) -> Prepared:
        """Return a subject's files as the judge reads them, read when first needed."""
        if subject.id in self._prepared:
            return self._prepared[subject.id]
        if subject.target is not None:
            target = subject.target.prepared
            made = with_packages(self.project, self.settings, subject.engine, target)
        else:
            assert subject.case is not None  # noqa: S101  (one of both is there)
            made = prepare_case(subject.case, self.settings)
        self._prepared[subject.id] = made
        return made

    def rerun_command(self, subject: Subject) -> str:
        """Return the command that applies a subject again and keeps the machines."""
        options = {
            "engine": subject.engine,
            "client-engine": self.client_engine,
            "unit": self.unit,
            "case": subject.name if subject.target else subject.short_name,
            "reboot": subject.rebooted,
            "keep": True,
        }
        # The suites of this repository have shorter names for the options.
        in_checkout = self.project.root == self.project.data
        command, prefix = ("tox -e lab --", "--") if in_checkout else ("pytest", "--lab-")
        words = [
            f"{prefix}{option}" + ("" if value is True else f" {shlex.quote(value)}")
            for option, value in options.items()
            if value
        ]
        return " ".join([command, *words])

    def plan(self, subject: Subject, unit: str | None) -> Plan:
        """Return what to try for a subject; `unit` takes the packaged one's place."""
        if subject.target is not None:
            made = make_plan(
                self.project, subject.engine, subject.target.request, self.prepared(subject)
            )
            return replace(made, subject=subject.id, check_idempotent=True)
        methods = subject.category == "methods"
        return Plan(
            subject.configuration,
            subject.id,
            unit=unit,
            then="fix" if subject.fixed else "reboot" if subject.rebooted else "nothing",
            inspected=self.prepared(subject).inspected,
            # For a failure it is enough whether the daemon is reached; all tools run on methods.
            tools=client_tools.TOOLS if methods else client_tools.REACHABILITY_TOOLS,
            check_idempotent=not subject.fixed,
        )

    def judge(self, subject: Subject, observation: Observation) -> Judgement:
        """Return the judgement of an observation, by the case, if there is one, and by policy."""
        permissions = (
            NO_PERMISSIONS if subject.target is None else subject.target.request.permissions
        )
        return judge(self.prepared(subject), observation, subject.case, permissions=permissions)

    def close(self) -> None:
        """Remove the copies of the project's configurations."""
        self.opened.close()

    def _variants(self, engine: str, case: Case) -> list[Variant]:
        plain = Variant.of(self.settings.engine(engine), self.unit)
        variants = [plain]
        if self.reboot and (case.category == "methods" or case.spec.reboot is not None):
            variants.append(replace(plain, rebooted=True))
        if not self.reboot and case.spec.fixed is not None and case.for_variant(plain).fails:
            variants.append(replace(plain, fixed=True))
        return variants


def _case_of(target: Target, variant: Variant) -> Case | None:
    return case.for_variant(variant) if (case := target.prepared.inputs.case) else None


def make_session(
    project: Project,
    *,
    engines: Sequence[str],
    client_engine: str | None,
    unit: str | None,
    patterns: Sequence[str],
    reboot: bool,
    run_commands: bool = False,
) -> Session:
    """Return the session of a project for some engines (`all`, or lab.yaml's default) and cases.

    `patterns` are names of configurations or cases, or globs. Without any, the session is for what
    dockerd-lab.yaml declares or, where it declares nothing, for the main job: the methods, and the
    conflicts among them. `run_commands` runs the commands that render configurations. Raises
    BadInput if there is no such engine, unit or case, or if a file is wrong.
    """
    settings = load_settings(project)
    for name in (*engines, client_engine):
        if name and name != "all":
            settings.engine(name)
    if client_engine == "all":
        raise BadInput("--lab-client-engine is one engine; --lab-engine may be `all`")
    if unit is not None:
        check_unit(project, unit)
    # Those that are named win: `tox -e full -- --engine debian-13` is one of the four.
    chosen = [name for name in dict.fromkeys(engines) if name != "all"]
    if engines and not chosen:
        chosen = list(settings.engines)
    own_names = target_names(project)
    own_patterns = [each for each in patterns if any(is_named(name, each) for name in own_names)]
    all_cases = find_cases(project)
    cases: list[Case] = []
    if shipped_patterns := [each for each in patterns if each not in own_patterns]:
        cases = select(all_cases, shipped_patterns)
    elif not own_names:
        cases = [case for case in all_cases if case.in_main_job]
    with ExitStack() as stack:
        own: list[Target] = []
        if own_names and (own_patterns or not patterns):
            request = ValidateRequest([], engines=chosen, unit=unit or PACKAGED)
            own = stack.enter_context(
                targets(project, settings, request, own_patterns, run_commands=run_commands)
            )
        needed = {engine for target in own for engine in engines_of(settings, target.request)}
        case_engines = (chosen or [settings.engine_of("daemon")]) if cases else []
        needed |= {*case_engines}
        return Session(
            project,
            settings,
            [*own_names, *(case.name for case in all_cases)],
            cases,
            chosen or [name for name in settings.engines if name in needed],
            case_engines,
            own,
            stack.pop_all(),
            client_engine,
            unit,
            reboot,
        )
