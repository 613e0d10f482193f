"""Defines a case: a directory with configuration files, and what is expected of them."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from dockerd_lab.cases.units import linked_unit
from dockerd_lab.engines import Engine
from dockerd_lab.errors import BadInput
from dockerd_lab.levels import Level
from dockerd_lab.yamlfile import YamlModel, check, load

#: `active`: dockerd runs with this configuration. `failed`: dockerd does not run. `unchanged`:
#: systemd refused the unit, and the old daemon still runs with the old configuration.
DaemonState = Literal["active", "failed", "unchanged"]
#: The credentials that a case may use; cases/credentials.py creates them for each run.
Credential = Literal[
    "ca",
    "server-cert",
    "server-key",
    "server-pem",
    "client-cert",
    "client-key",
    "expired-server-cert",
    "expired-server-key",
    "other-ca",
    "ssh-key",
    "ssh-public-key",
]
#: The address of `daemon` in lab.yaml, which the cases' scripts and `remote:` contain, too.
DAEMON_ADDRESS = "192.168.3.201"
#: A listener in netstat's words: protocol, local address or path, program.
ListenerLine = Annotated[str, StringConstraints(pattern=r"^(tcp6?|unix) \S+ \S.*$")]


def _check_path(path: str) -> str:
    """Return a path; raises ValueError unless it is a normal, absolute path of a file."""
    is_absolute = re.fullmatch("/[^/].*", path) and str(PurePosixPath(path)) == path
    if not is_absolute or ".." in path.split("/"):
        raise ValueError(f"{path!r} is not the whole path of a file on the machine")
    return path


InstalledPath = Annotated[str, AfterValidator(_check_path)]


class Expectation(YamlModel):
    """What must be observed on the machines after the case was applied."""

    daemon: DaemonState
    command: str | None = Field(
        None,
        description="the running dockerd's command line; without a directory it is any unit's",
    )
    hosts: list[str] = Field(
        description="where dockerd is told to listen: by flags, or by daemon.json as it lies there"
    )
    listeners: list[ListenerLine] = Field(description="exactly these, in netstat's words")
    client: Level
    outsider: Level
    local_user: Level = Field(alias="local-user", description="on `daemon`, outside group docker")
    container: Level = Field(
        "refused", description="in a container on `daemon`, on the default network, by TCP"
    )
    error: str | None = Field(None, description="for a failure: the id of the known error")
    words: str | None = Field(
        None, description="for a failure: the exact line of the log, or a part of what is shown"
    )
    no_effect: list[str] = Field(
        default_factory=list, description="the settings that are accepted and change nothing"
    )

    @model_validator(mode="after")
    def _check_words(self) -> "Expectation":
        for key in ("error", "words"):
            if self.daemon != "active" and getattr(self, key) is None:
                raise ValueError(f"{key} is missing, and daemon is {self.daemon}")
        if self.error is not None and self.words is None:
            raise ValueError("words is missing, and there is an error")
        if self.daemon != "failed" and self.command is None:
            raise ValueError("command is missing, and a daemon runs")
        return self

    def matches_command(self, command: str | None) -> bool:
        """Return whether a command line is the expected one.

        If the expected one has no directory, it matches dockerd in any directory: `dockerd -H
        fd://` matches `/usr/bin/dockerd -H fd://`.
        """
        if command is None or self.command is None or self.command.startswith("/"):
            return command == self.command
        return command.rsplit("/dockerd", 1)[-1].removeprefix("dockerd") == self.command[7:]

    @property
    def is_failure(self) -> bool:
        """Return whether something is wrong that needs a fix, even if no message says so."""
        return bool(self.words or self.no_effect)


class Remote(YamlModel):
    """How `client` reaches the daemon."""

    host: Annotated[str, Field(pattern=r"^(tcp|ssh)://")] = f"tcp://{DAEMON_ADDRESS}:2375"
    tls: Annotated[bool, Field(description="with the certificates in its ~/.docker")] = False


class Credentials(YamlModel):
    """Files that are made for each run, by their path on the machine."""

    daemon: dict[InstalledPath, Credential] = Field(default_factory=dict)
    client: dict[InstalledPath, Credential] = Field(default_factory=dict)


class Difference(YamlModel):
    """Expectations that differ in some variants; the others remain."""

    expect: dict[str, Any]


#: What is expected after every fix. The case says the rest.
HEALTHY: dict[str, Any] = {"daemon": "active", "error": None, "words": None, "no_effect": []}


@dataclass(frozen=True)
class Variant:
    """The circumstances in which a case is judged."""

    version: str
    """The engine's version."""
    unit: str = "docker.io"
    """The package or vendor whose docker.service is used."""
    rebooted: bool = False
    """Whether the machine was rebooted after the case was applied."""
    fixed: bool = False
    """Whether the failure was fixed after the case was applied."""

    @classmethod
    def of(cls, engine: Engine, unit: str | None = None) -> "Variant":
        """Return the variant of a case that was just applied; without `unit`, the engine's own."""
        return cls(engine.docker, unit or engine.unit)


class CaseFile(YamlModel):
    """A case.yaml."""

    title: str = Field(min_length=1)
    use: str | None = Field(None, description="for a method: when you would use it")
    cis: list[str] = Field(
        default_factory=list, description="what it touches of the CIS Docker Benchmark 1.6.0"
    )
    main: bool = Field(False, description="for a failure: run with the methods, by default")
    expect: Expectation
    unit: str | None = Field(
        None, description="the docker.service of provision/units that the case is about"
    )
    remote: Remote = Remote()
    credentials: Credentials = Credentials()
    engines: dict[str, Difference] = Field(
        default_factory=dict, description="by ranges of engine versions, such as '<23'"
    )
    units: dict[str, Difference] = Field(
        default_factory=dict, description="by whose docker.service it is, such as 'docker-ce'"
    )
    reboot: Difference | None = Field(None, description="after the machine was rebooted")
    fixed: Difference | None = Field(None, description="for a failure: after fix.sh")
    seconds: int | None = Field(
        None, description="for a failure: about what it takes, on two cores without KVM"
    )

    @field_validator("engines")
    @classmethod
    def _check_ranges(cls, engines: dict[str, Difference]) -> dict[str, Difference]:
        for versions in engines:
            _parse_range(versions)
        return engines

    def expect_in(self, variant: Variant) -> Expectation:
        """Return the expectation for a variant.

        Differences are applied in this order: engines, units, reboot, fix. The last one wins.
        """
        changes: dict[str, Any] = {}
        for versions, difference in self.engines.items():
            if _parse_range(versions).contains(variant.version):
                changes |= difference.expect
        if variant.unit in self.units:
            changes |= self.units[variant.unit].expect
        if variant.rebooted and self.reboot is not None:
            changes |= self.reboot.expect
        if variant.fixed and self.fixed is not None:
            changes |= HEALTHY | self.fixed.expect
        return Expectation.model_validate({**self.expect.model_dump(by_alias=True), **changes})

    def differences(self) -> list[tuple[tuple[str, ...], Difference]]:
        """Return all differences with their keys in the file, in the order in which they apply."""
        result: list[tuple[tuple[str, ...], Difference]]
        result = [
            (("engines", versions), difference) for versions, difference in self.engines.items()
        ]
        result += [(("units", unit), difference) for unit, difference in self.units.items()]
        result += [(("reboot",), self.reboot)] if self.reboot is not None else []
        if self.fixed is not None:
            result.append((("fixed",), Difference(expect=HEALTHY | self.fixed.expect)))
        return result


def _parse_range(versions: str) -> SpecifierSet:
    """Return a range of versions such as `<23`; raises ValueError if it is none."""
    try:
        return SpecifierSet(versions)
    except InvalidSpecifier:
        raise ValueError(f"{versions!r} is no range of versions such as '<23'") from None


@dataclass(frozen=True)
class Configuration:
    """A configuration that can be applied to `daemon`: a directory with the layout of a case."""

    name: str
    directory: Path
    remote: Remote
    credentials: Credentials
    unit: str | None = field(default=None, kw_only=True)
    """The docker.service of provision/units that it is about, whatever the trial's."""

    @property
    def files(self) -> list[Path]:
        """Return the paths on the machine of the files and links under rootfs/, sorted."""
        rootfs = self.directory / "rootfs"
        paths = (path for path in rootfs.rglob("*") if path.is_symlink() or path.is_file())
        return sorted(Path("/") / path.relative_to(rootfs) for path in paths)

    def source(self, installed: Path) -> Path:
        """Return the path in the directory from which a file on the machine comes."""
        return self.directory / "rootfs" / installed.relative_to("/")


@dataclass(frozen=True)
class Case(Configuration):
    """A configuration with what is expected of it."""

    title: str
    expect: Expectation
    spec: CaseFile

    def for_variant(self, variant: Variant) -> "Case":
        """Return the case with the expectation for a variant."""
        return replace(self, expect=self.spec.expect_in(variant))

    @property
    def category(self) -> str:
        """Return the directory of provision/ that the case is in: `methods` or `failures`."""
        return self.name.split("/", 1)[0]

    @property
    def fails(self) -> bool:
        """Return whether this variant has the failure; a method never has one."""
        return self.category == "failures" and self.expect.is_failure

    @property
    def in_main_job(self) -> bool:
        """Return whether the case runs if no case is named: methods, and failures with `main`."""
        return self.category == "methods" or self.spec.main

    @property
    def short_name(self) -> str:
        """Return the name without the category: `daemon-json` of `methods/daemon-json`."""
        return self.name.rsplit("/", 1)[-1]


def load_case(name: str, directory: Path) -> Case:
    """Read a case from its directory; raises BadInput if its case.yaml is missing or invalid."""
    file = directory / "case.yaml"
    if not file.is_file():
        raise BadInput(f"{file}: missing; every directory of a case has one")
    spec = load(file, CaseFile)
    combined = spec.expect.model_dump(by_alias=True)
    for keys, difference in spec.differences():
        # Check the resulting expectation: with this difference alone, and with all up to this one.
        keys_in_file = (*keys, "expect")
        single = {**spec.expect.model_dump(by_alias=True), **difference.expect}
        check(file, single, Expectation, at=keys_in_file)
        combined |= difference.expect
        check(file, combined, Expectation, at=keys_in_file)
    return Case(
        name,
        directory,
        spec.remote,
        spec.credentials,
        spec.title,
        spec.expect,
        spec,
        unit=spec.unit or linked_unit(directory),
    )
