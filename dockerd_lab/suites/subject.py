"""Names what a test is about: a case or configuration on one engine, perhaps fixed or rebooted."""

from dataclasses import dataclass

from dockerd_lab.cases.model import Case, Configuration
from dockerd_lab.validate.project import Target


@dataclass(frozen=True)
class Subject:
    """One case or configuration of the project on one engine."""

    engine: str
    case: Case | None
    """None for a configuration without a case.yaml."""
    unit: str = "docker.io"
    """Whose docker.service it is."""
    rebooted: bool = False
    fixed: bool = False
    """Whether the failure was fixed with the case's fix.sh."""
    target: Target | None = None
    """A configuration of the project; None for a case that ships with dockerd-lab."""

    @property
    def configuration(self) -> Configuration:
        """Return what is applied."""
        if self.target is not None:
            return self.target.prepared.configuration
        assert self.case is not None  # noqa: S101  (one of both is there)
        return self.case

    @property
    def name(self) -> str:
        """Return its name, as `dockerd-lab list` and dockerd-lab.yaml have it."""
        return self.target.name if self.target is not None else self.configuration.name

    @property
    def short_name(self) -> str:
        """Return a name without slashes."""
        return self.configuration.name.rpartition("/")[2]

    @property
    def category(self) -> str:
        """Return `methods` or `failures`, or `project` for what is the project's own."""
        shipped = self.case is not None and self.target is None
        return self.case.category if self.case is not None and shipped else "project"

    @property
    def fails(self) -> bool:
        """Return whether a failure is expected."""
        return self.case is not None and self.case.fails

    @property
    def id(self) -> str:
        """Return its name in a test's id: `debian-12/daemon-json`, `…/daemon-json-rebooted`."""
        then = "-rebooted" if self.rebooted else "-fixed" if self.fixed else ""
        return f"{self.engine}/{self.short_name}{then}"
