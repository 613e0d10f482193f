"""Defines the verdict that `--json` writes; `dockerd-lab schema` prints its JSON schema."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dockerd_lab.judge.findings import Error, NoEffect, NotJudged

DaemonState = Literal["active", "failed", "unchanged", "unknown"]


class Part(BaseModel):
    """A part of the verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class VerdictListener(Part):
    """Something that listens on the daemon's machine."""

    family: Literal["tcp", "tcp6", "unix"] = Field(description="in netstat's words")
    host: str | None = Field(
        default=None, alias="address", description="of tcp and tcp6, such as 0.0.0.0 or ::"
    )
    port: int | None = Field(default=None, description="of tcp and tcp6")
    path: str | None = Field(default=None, description="of unix")
    process: str = Field(description="its owner; init or systemd is socket activation")

    def __str__(self) -> str:
        """Return the listener as a case declares it, in netstat's words."""
        place = self.path if self.family == "unix" else f"{self.host}:{self.port}"
        return f"{self.family} {place} {self.process}"


class VerdictExposure(Part):
    """How much of the daemon each gets: filtered, refused, tls-required, … or full-control."""

    client: str = Field(
        description="another machine, with the client's certificate if there is one"
    )
    outsider: str = Field(description="another machine, without anything")
    local_user: str = Field(alias="local-user", description="on the machine, outside group docker")
    container: str | None = Field(
        default=None,
        description="a container on the machine, on the default network, by TCP; null if unknown",
    )


class InputFile(Part):
    """A file or a script of the input, and what became of it."""

    name: str = Field(description="its path on the machine")
    outcome: Literal["in-effect", "stood-in-for", "without-effect", "not-judged"]
    message: str = Field(description="who read it, or why it has no effect or was not judged")
    where: str | None = None


class Proof(Part):
    """One way to the daemon as it was tried, or predicted, and what that took."""

    who: str
    target: str
    level: str
    seconds: float
    evidence: str = Field(default="", description="what shows that it is this level")


class RelatedPlace(Part):
    """Another place that has to do with a finding."""

    message: str
    where: str
    file: str | None = None
    line: int | None = None


class Finding(Part):
    """Something that is wrong, or that one should know, with its place in the input."""

    rule: str = Field(description="`dockerd-lab rule ID` explains it")
    severity: Literal["error", "warning", "note"]
    message: str
    cause: str = Field(default="", description="why it is so, or what comes of it")
    fix: str = ""
    where: str | None = Field(
        default=None, description="file and line, as the user named the file; or --command"
    )
    file: str | None = Field(
        default=None,
        description="the same file from the repository's root on, without links; null if it is in"
        " no file of a repository",
    )
    line: int | None = Field(default=None, description="null if it is about no line")
    source: str | None = Field(default=None, description="the line itself")
    who: str | None = Field(default=None, description="the stranger who gets something")
    level: str | None = Field(default=None, description="what that stranger gets")
    related: list[RelatedPlace] = Field(default_factory=list)


class Evidence(Part):
    """What the daemon's machine printed, cut where it is long."""

    log: list[str] = Field(description="of dockerd and systemd, oldest line first")
    telling: list[int] = Field(
        default_factory=list, description="the lines of `log`, from 0, that show an error"
    )
    lines_left_out: int = Field(default=0, description="of the log, before its lines here")
    netstat: str = ""
    units: str = Field(default="", description="docker.service and docker.socket, by systemctl cat")
    daemon_json: str = ""
    nginx: str = Field(default="", description="by nginx -T")
    firewall: str = Field(default="", description="the rules of nftables and iptables")
    directory: str | None = Field(
        default=None, description="where all of it is, uncut; written of what failed"
    )
    files: list[str] = Field(default_factory=list, description="the files in `directory`")


class Difference(Part):
    """Something that is not the same after a boot as after the restart."""

    name: str = Field(description="daemon, a listener, or who gets another level")
    after_restart: str
    after_boot: str


class Predicted(Part):
    """What `lint` says of the same files on the same engine, before the machine is touched."""

    starts: Literal["yes", "no", "unknown"]
    errors: list[str] = Field(description="the ids of known errors, the first reported one first")
    exposure: VerdictExposure = Field(description="levels, or unknown")
    unknown: list[str] = Field(description="what the files do not tell")


class Disagreement(Part):
    """One question on which the machines did not show what `lint` had predicted."""

    question: str = Field(description="starts, error, listeners, no effect, or who gets in")
    predicted: str
    seen: str


class AfterBoot(Part):
    """What was seen after the machine was booted with the configuration."""

    causes: list[str] = Field(
        description="what only a boot brings into effect, for which it was booted"
    )
    daemon: DaemonState
    command: str | None
    hosts: list[str]
    listeners: list[VerdictListener]
    exposure: VerdictExposure
    proofs: list[Proof]
    seconds: float = Field(description="from the reboot to the last answer")
    differences: list[Difference]


class Result(Part):
    """The verdict on one engine."""

    engine: str
    engine_version: str
    unit: str = Field(description="whose docker.service it is")
    daemon: DaemonState = Field(
        description="unchanged: systemd refuses the unit, and the old daemon runs on; unknown is"
        " for predictions alone"
    )
    starts: bool | None = Field(
        description="dockerd runs with the given configuration; null where a prediction cannot tell"
    )
    start_seconds: float = Field(description="until dockerd was ready, or gave up")
    delay_seconds: float = Field(description="what of that dockerd waited on purpose")
    command: str | None = Field(description="the running dockerd's command line")
    hosts: list[str] = Field(description="where the running dockerd was told to listen")
    listeners: list[VerdictListener]
    exposure: VerdictExposure = Field(
        description="after the restart or, if that is more, after the boot"
    )
    errors: list[Error]
    warnings: list[str] = Field(description="what the daemon itself warned of")
    no_effect: list[NoEffect]
    not_judged: list[NotJudged] = Field(
        default_factory=list, description="what was given, and not put into effect"
    )
    files: list[InputFile] = Field(
        default_factory=list, description="what became of each file of the input"
    )
    after_boot: AfterBoot | None = Field(
        default=None, description="null if the machine was not booted with the configuration"
    )
    stand_ins: list[str] = Field(description="what the lab put in the place of what is missing")
    notes: list[str] = Field(description="what could not be measured, or was not installed")
    dockerd_validate: bool | None = Field(
        description="whether `dockerd --validate` notices the failure; null without one, or"
        " where the engine has no --validate"
    )
    proofs: list[Proof]
    seconds: float = Field(description="from the restored machines to the last answer")
    verdict: Literal["passed", "failed", "incomplete"] = Field(
        description="incomplete: nothing is wrong with what was judged, and not all of it was"
    )
    reasons: list[str] = Field(description="why it failed; otherwise empty")
    permitted: list[str] = Field(
        default_factory=list, description="what the policy permits strangers, with its reasons"
    )
    findings: list[Finding] = Field(
        default_factory=list,
        description="all of `errors`, `reasons`, `no_effect` and `not_judged`, with their places",
    )
    evidence: Evidence | None = Field(default=None, description="null for a prediction")
    prediction: Predicted | None = Field(
        default=None, description="null if `lint` knows nothing about the engine"
    )
    disagreements: list[Disagreement] = Field(
        default_factory=list, description="where `lint` was wrong: please report them"
    )


class Report(Part):
    """The verdict on one configuration."""

    version: Literal[1] = Field(
        default=1,
        alias="schema",
        description="changes when a key changes its meaning or goes; a new key does not change it",
    )
    case: str = Field(description="what the configuration is called")
    results: list[Result]

    digest: str | None = Field(
        default=None, description="of the files and the policy; null where that is not known"
    )
    run_on: list[str] = Field(
        default_factory=list, description="the only engines that it is for; any, if empty"
    )
    allow_incomplete: str | None = Field(
        default=None, description="why an incomplete verdict is enough, if it is"
    )
    predicted: bool = Field(
        default=False, description="read from the files by `lint`; not seen on machines"
    )
    repeat: str = Field(default="", description="the command line that does it again")
    file: str | None = Field(
        default=None,
        description="the file that declares the configuration, or its first file, from the"
        " repository's root on: the place of findings that have none",
    )
    line: int | None = None

    @property
    def verdict(self) -> str:
        """Return the worst verdict of all engines; incomplete if it was tried on none."""
        verdicts = {result.verdict for result in self.results} or {"incomplete"}
        return next(each for each in ("failed", "incomplete", "passed") if each in verdicts)

    @property
    def passed(self) -> bool:
        """Return whether nothing is wrong, or only what was permitted."""
        permitted = ("passed", "incomplete") if self.allow_incomplete else ("passed",)
        return self.verdict in permitted


class ProjectReport(Part):
    """The verdicts on all configurations of a project."""

    version: Literal[1] = Field(
        default=1,
        alias="schema",
        description="changes when a key changes its meaning or goes; a new key does not change it",
    )
    configurations: list[Report]
