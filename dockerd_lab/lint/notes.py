"""Defines what lint notes about a configuration: failures, what is unknown, what is assumed."""

from dataclasses import dataclass, field

from dockerd_lab.config.value import Place

#: What can be unknown: whether dockerd starts, whether something listens besides what was read,
#: whether something lets in more people than the listeners that were read, and whether something
#: keeps people out of these.
STARTS, LISTENS, OPENS, CLOSES = "starts", "listens", "opens", "closes"


@dataclass(frozen=True)
class Failure:
    """A reason why dockerd does not start."""

    message: str
    """The line that dockerd or systemd logs, from which `explain` knows the error."""
    place: Place | None = None
    """Where the reason is; None if the message has it."""
    token: str = ""
    """The text in that line that is wrong."""
    refused: bool = False
    """Whether systemd refuses the unit, and the daemon from before keeps running."""
    fatal: bool = True
    """Whether dockerd does not start for it; otherwise it is only logged."""


@dataclass(frozen=True)
class Unknown:
    """Something that reading the files cannot tell."""

    questions: tuple[str, ...]
    """Some of STARTS, LISTENS, OPENS and CLOSES."""
    reason: str
    place: Place | None = None


@dataclass
class Notes:
    """What was noted while a configuration was read."""

    failures: list[Failure] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    may_change: bool = False
    """Whether a script may change what was read: no answer is left then."""

    def fail(self, message: str, place: Place | None = None, token: str = "") -> None:
        """Note a reason why dockerd does not start."""
        self.failures.append(Failure(message, place, token))

    def complain(self, message: str, place: Place | None = None, token: str = "") -> None:
        """Note an error that is logged, and does not keep dockerd from starting."""
        self.failures.append(Failure(message, place, token, fatal=False))

    @property
    def fails(self) -> bool:
        """Return whether there is a reason why dockerd does not start."""
        return any(each.fatal for each in self.failures)

    def doubt(self, reason: str, place: Place | None = None, *questions: str) -> None:
        """Note what cannot be known; without questions, it bears on all of them."""
        self.unknown.append(Unknown(questions or (STARTS, LISTENS, OPENS, CLOSES), reason, place))

    def assume(self, sentence: str) -> None:
        """Note what was taken for granted."""
        self.assumed.append(sentence)

    def is_open(self, question: str) -> bool:
        """Return whether a question has no answer."""
        return any(question in each.questions for each in self.unknown)
