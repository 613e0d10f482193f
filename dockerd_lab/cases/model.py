"""What a case says: a directory with configuration files, and what must come of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from dockerd_lab.errors import BadInput
from dockerd_lab.yamlfile import YamlModel, load

#: `active`: dockerd runs with this configuration. `failed`: it does not run. `unchanged`: systemd
#: refused the unit, and the old daemon still runs with the old configuration.
DaemonState = Literal["active", "failed", "unchanged"]
#: How much of the daemon a machine gets. Until exposure is measured, whether the API answers it.
Level = Literal["refused", "answers"]
#: A listener in netstat's words: protocol, local address or path, program.
Listener = Annotated[str, StringConstraints(pattern=r"^(tcp6?|unix) \S+ \S+$")]


class Expectation(YamlModel):
    """What must be seen on the machines once the case is applied."""

    daemon: DaemonState
    command: str | None = Field(None, description="the running dockerd's command line")
    hosts: list[str] = Field(description="the hosts in effect, from flags or from daemon.json")
    listeners: list[Listener] = Field(description="exactly these, in netstat's words")
    client: Level
    outsider: Level
    error: str | None = Field(None, description="for a failure: the id of the known error")
    words: str | None = Field(None, description="for a failure: the exact line of the log")

    @model_validator(mode="after")
    def _failures_have_words(self) -> "Expectation":
        for key in ("error", "words"):
            if self.daemon != "active" and getattr(self, key) is None:
                raise ValueError(f"{key} is missing, and daemon is {self.daemon}")
        if (self.daemon == "failed") != (self.command is None):
            raise ValueError("command belongs to a daemon that runs, and only to that")
        return self


class CaseFile(YamlModel):
    """A case.yaml."""

    title: str = Field(min_length=1)
    expect: Expectation


@dataclass(frozen=True)
class Case:
    """One case."""

    name: str
    directory: Path
    title: str
    expect: Expectation

    @property
    def short_name(self) -> str:
        """The name without the group it is in.

        >>> case.name, case.short_name
        ('methods/daemon-json', 'daemon-json')
        """
        return self.name.rsplit("/", 1)[-1]

    @property
    def files(self) -> list[Path]:
        """The files under rootfs/ by their path on the machine."""
        rootfs = self.directory / "rootfs"
        found = (path for path in rootfs.rglob("*") if path.is_file())
        return sorted(Path("/") / path.relative_to(rootfs) for path in found)

    def source(self, installed: Path) -> Path:
        """Where a file on the machine comes from."""
        return self.directory / "rootfs" / installed.relative_to("/")


def load_case(name: str, directory: Path) -> Case:
    """Read a case's directory; raises BadInput where it is wrong."""
    file = directory / "case.yaml"
    if not file.is_file():
        raise BadInput(f"{file}: missing; every directory of a case has one")
    said = load(file, CaseFile)
    return Case(name, directory, said.title, said.expect)
