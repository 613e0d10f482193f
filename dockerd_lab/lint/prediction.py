"""Defines a prediction: what lint says about a configuration on one engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dockerd_lab.config.value import Place
from dockerd_lab.judge.findings import NoEffect

Answer = Literal["yes", "no", "unknown"]
Severity = Literal["error", "warning"]
#: Whose access is predicted.
WHO = ("client", "outsider", "local-user", "container")
#: What nobody can know from files alone.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or that one should know."""

    rule: str
    severity: Severity
    message: str
    place: Place | None = None
    token: str = ""
    """The text in that line that is meant."""


@dataclass(frozen=True)
class Doubt:
    """Something that the files do not tell."""

    question: Literal["starts", "exposure"]
    reason: str
    place: Place | None = None


@dataclass(frozen=True)
class PredictedListener:
    """Something that listens, and who gets what there."""

    family: str
    address: str
    port: int
    program: str
    levels: Mapping[str, str]
    """By who, of WHO."""
    place: Place | None = None

    def __str__(self) -> str:
        place = self.address if self.family == "unix" else f"{self.address}:{self.port}"
        return f"{self.family} {place} {self.program}"


@dataclass(frozen=True)
class Prediction:
    """What a configuration does on one engine, as far as its files tell."""

    engine: str
    docker: str
    measured: bool
    """Whether what its dockerd accepts was measured, and not only read in its source."""
    unit: str
    starts: Answer
    daemon: Literal["active", "failed", "unchanged", "unknown"]
    command: str | None
    findings: tuple[Finding, ...]
    errors: tuple[str, ...]
    """The ids of the known errors, the one that dockerd reports first."""
    listeners: tuple[PredictedListener, ...]
    listeners_complete: bool
    """Whether nothing else listens, as far as files tell."""
    exposure: Mapping[str, str]
    no_effect: tuple[NoEffect, ...]
    delay_seconds: float
    """What dockerd waits on purpose before it starts."""
    assumed: tuple[str, ...]
    unknown: tuple[Doubt, ...]
    permitted: tuple[str, ...] = ()
    """What was found and is not reported, with the reason."""
