"""What a case says: a directory with configuration files, and what must come of them."""

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, get_args

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from dockerd_lab.errors import BadInput
from dockerd_lab.settings import Engine
from dockerd_lab.yamlfile import YamlModel, check, load

#: `active`: dockerd runs with this configuration. `failed`: it does not run. `unchanged`: systemd
#: refused the unit, and the old daemon still runs with the old configuration.
DaemonState = Literal["active", "failed", "unchanged"]
#: How much of the daemon a machine gets, weakest first; what they mean is in the README.
Level = Literal["filtered", "refused", "tls-required", "auth-required", "read-only", "full-control"]
LEVELS: tuple[str, ...] = get_args(Level)
#: What the harness makes anew for each run, and a case may ask for; see cases/credentials.py.
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
#: A listener in netstat's words: protocol, local address or path, program.
Listener = Annotated[str, StringConstraints(pattern=r"^(tcp6?|unix) \S+ \S.*$")]


def _file_s_path(path: str) -> str:
    whole = re.fullmatch("/[^/].*", path) and str(PurePosixPath(path)) == path
    if not whole or ".." in path.split("/"):
        raise ValueError(f"{path!r} is not the whole path of a file on the machine")
    return path


Installed = Annotated[str, AfterValidator(_file_s_path)]


class Expectation(YamlModel):
    """What must be seen on the machines once the case is applied."""

    daemon: DaemonState
    command: str | None = Field(
        None,
        description="the running dockerd's command line; without a directory it is any unit's",
    )
    hosts: list[str] = Field(
        description="where dockerd is told to listen: by flags, or by daemon.json as it lies there"
    )
    listeners: list[Listener] = Field(description="exactly these, in netstat's words")
    client: Level
    outsider: Level
    local_user: Level = Field(alias="local-user", description="on `daemon`, outside group docker")
    error: str | None = Field(None, description="for a failure: the id of the known error")
    words: str | None = Field(
        None, description="for a failure: the exact line of the log, or a part of what is shown"
    )
    no_effect: list[str] = Field(
        default_factory=list, description="the settings that are accepted and change nothing"
    )

    @model_validator(mode="after")
    def _failures_have_words(self) -> "Expectation":
        for key in ("error", "words"):
            if self.daemon != "active" and getattr(self, key) is None:
                raise ValueError(f"{key} is missing, and daemon is {self.daemon}")
        if self.error is not None and self.words is None:
            raise ValueError("words is missing, and there is an error")
        if self.daemon != "failed" and self.command is None:
            raise ValueError("command is missing, and a daemon runs")
        return self

    def is_command(self, seen: str | None) -> bool:
        """Whether a command line is the expected one; without a directory any dockerd may be it.

        `/usr/bin/dockerd -H fd://` is what `dockerd -H fd://` expects.
        """
        if seen is None or self.command is None or self.command.startswith("/"):
            return seen == self.command
        return seen.rsplit("/dockerd", 1)[-1].removeprefix("dockerd") == self.command[7:]

    @property
    def is_failure(self) -> bool:
        """Whether something is wrong here that wants mending, if only in silence."""
        return bool(self.words or self.no_effect)


class Remote(YamlModel):
    """How `client` reaches the daemon."""

    host: Annotated[str, Field(pattern=r"^(tcp|ssh)://")] = "tcp://192.168.3.201:2375"
    tls: Annotated[bool, Field(description="with the certificates in its ~/.docker")] = False


class Credentials(YamlModel):
    """Files that are made for each run, by their path on the machine."""

    daemon: dict[Installed, Credential] = Field(default_factory=dict)
    client: dict[Installed, Credential] = Field(default_factory=dict)


class Difference(YamlModel):
    """What is expected otherwise on some engines; what is not named here stays as it is."""

    expect: dict[str, Any]


#: What a fix leads to, whatever it is; the rest is said in the case.
HEALTHY: dict[str, Any] = {"daemon": "active", "error": None, "words": None, "no_effect": []}


@dataclass(frozen=True)
class Variant:
    """On what a case is judged."""

    version: str
    """The engine's."""
    unit: str = "docker.io"
    """Whose docker.service it is."""
    rebooted: bool = False
    """Whether the machine was rebooted after the case was applied."""
    fixed: bool = False
    """Whether the failure was mended after the case was applied."""

    @classmethod
    def of(cls, engine: Engine, unit: str | None = None) -> "Variant":
        """A case just applied on an engine, with its own docker.service or with another."""
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
    def _are_ranges(cls, engines: dict[str, Difference]) -> dict[str, Difference]:
        for versions in engines:
            _range(versions)
        return engines

    def expect_in(self, variant: Variant) -> Expectation:
        """What is expected there. Later differences win: engines, then units, reboot or fix."""
        changes: dict[str, Any] = {}
        for versions, difference in self.engines.items():
            if _range(versions).contains(variant.version):
                changes |= difference.expect
        if variant.unit in self.units:
            changes |= self.units[variant.unit].expect
        if variant.rebooted and self.reboot is not None:
            changes |= self.reboot.expect
        if variant.fixed and self.fixed is not None:
            changes |= HEALTHY | self.fixed.expect
        return Expectation.model_validate({**self.expect.model_dump(by_alias=True), **changes})

    def differences(self) -> list[tuple[tuple[str, ...], Difference]]:
        """All differences, each with its keys in the file, in the order in which they are made."""
        found: list[tuple[tuple[str, ...], Difference]]
        found = [(("engines", versions), d) for versions, d in self.engines.items()]
        found += [(("units", unit), d) for unit, d in self.units.items()]
        found += [(("reboot",), self.reboot)] if self.reboot is not None else []
        if self.fixed is not None:
            found.append((("fixed",), Difference(expect=HEALTHY | self.fixed.expect)))
        return found


def _range(versions: str) -> SpecifierSet:
    try:
        return SpecifierSet(versions)
    except InvalidSpecifier:
        raise ValueError(f"{versions!r} is no range of versions such as '<23'") from None


@dataclass(frozen=True)
class Configuration:
    """What can be applied to `daemon`: a directory laid out as a case's, whatever it leads to."""

    name: str
    directory: Path
    remote: Remote
    credentials: Credentials

    @property
    def files(self) -> list[Path]:
        """The files and links under rootfs/ by their path on the machine."""
        rootfs = self.directory / "rootfs"
        found = (path for path in rootfs.rglob("*") if path.is_symlink() or path.is_file())
        return sorted(Path("/") / path.relative_to(rootfs) for path in found)

    def source(self, installed: Path) -> Path:
        """Where a file on the machine comes from."""
        return self.directory / "rootfs" / installed.relative_to("/")


@dataclass(frozen=True)
class Case(Configuration):
    """A configuration, and what must come of it."""

    title: str
    expect: Expectation
    spec: CaseFile

    def resolve(self, variant: Variant) -> "Case":
        """The case as it is there."""
        return replace(self, expect=self.spec.expect_in(variant))

    @property
    def group(self) -> str:
        """The directory under provision/ that it is in: `methods` or `failures`."""
        return self.name.split("/", 1)[0]

    @property
    def fails(self) -> bool:
        """Whether something is wrong there; a method may have settings without effect as well."""
        return self.group == "failures" and self.expect.is_failure

    @property
    def in_main_job(self) -> bool:
        """Whether it is run where no case is named: the methods, and the conflicts among them."""
        return self.group == "methods" or self.spec.main

    @property
    def short_name(self) -> str:
        """The name without the group it is in: `daemon-json` of `methods/daemon-json`."""
        return self.name.rsplit("/", 1)[-1]


def load_case(name: str, directory: Path) -> Case:
    """Read a case's directory; raises BadInput where it is wrong."""
    file = directory / "case.yaml"
    if not file.is_file():
        raise BadInput(f"{file}: missing; every directory of a case has one")
    spec = load(file, CaseFile)
    whole = spec.expect.model_dump(by_alias=True)
    for keys, difference in spec.differences():
        # Each is checked as part of the expectation it leads to, alone and after those before it.
        at = (*keys, "expect")
        alone = {**spec.expect.model_dump(by_alias=True), **difference.expect}
        check(file, alone, Expectation, at=at)
        whole |= difference.expect
        check(file, whole, Expectation, at=at)
    return Case(name, directory, spec.remote, spec.credentials, spec.title, spec.expect, spec)
