"""What was seen after a case was applied: data that suites and reports read."""

from dataclasses import dataclass, field

from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.exposure import Exposure
from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.observe.journal import PROCESS_EXITED, UNIT_FAILED, Entry
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.unit import Unit

#: Seconds in which no dockerd starts.
_AT_ONCE = 0.2


@dataclass(frozen=True)
class Outcome:
    """What provision/apply.sh left in its outcome file."""

    daemon: str
    restart_seconds: float
    restart_exit_code: int | None
    by_hand_exit_code: int | None


@dataclass(frozen=True)
class Installed:
    """What applying must not change a second time: the files, and dockerd's process."""

    files: str
    """`stat` of every installed file: path, inode, size, modification time, mode."""
    process: str
    """`ps` of dockerd: process id and start time."""
    starts: int
    """How often systemd or a person started dockerd since the case was applied."""


@dataclass(frozen=True)
class DaemonObservation:
    """What was seen on `daemon`."""

    outcome: Outcome
    service: Unit
    socket: Unit
    listeners: list[Listener]
    """The listeners without the named exceptions."""
    command: str | None
    """The command line of the running dockerd."""
    hosts: list[str]
    """Where that dockerd was told to listen."""
    journal: list[Entry]
    """docker.service since the case was applied."""
    by_hand: str
    """What a dockerd started by hand printed, or systemctl where it refused to restart it."""
    first_apply: Installed
    second_apply: Installed
    """After the case was applied a second time."""
    socket_log: list[str] = field(default_factory=list)
    """docker.socket's log since the case was applied, where the configuration changes that unit."""
    services: dict[str, ServiceState] = field(default_factory=dict)
    """The other services that the configuration is for, by unit."""
    script_exit_code: int | None = None
    """The exit code of a user's script that failed."""
    refused_by_validate: bool | None = None
    """Whether `dockerd --validate` refuses what does not start; None where that is not known."""
    changed_files: dict[str, str | None] = field(default_factory=dict)
    """Configuration files that a script or a fix changed, by path; None where it is gone."""
    raw: dict[str, CommandResult] = field(default_factory=dict)
    """All answers as they came: for the evidence alone."""

    @property
    def log(self) -> list[str]:
        """The lines in which dockerd and systemd said what happened, oldest first."""
        return [entry.message for entry in self.journal] + self.by_hand.splitlines()

    @property
    def exit_status(self) -> str | None:
        """The exit status of the first dockerd that failed, as systemd or a shell has it."""
        if self.outcome.by_hand_exit_code is not None:
            return str(self.outcome.by_hand_exit_code)
        exits = (e.exit_status for e in self.journal if e.message_id == PROCESS_EXITED)
        return next(exits, None)

    @property
    def unit_result(self) -> str | None:
        """The result of the unit's first failure, such as `exit-code`."""
        results = (e.unit_result for e in self.journal if e.message_id == UNIT_FAILED)
        return next(results, None)

    @property
    def own_seconds(self) -> float:
        """The seconds dockerd itself took: until it was ready, or until it gave up."""
        if self.outcome.daemon == "active" and self.outcome.restart_exit_code is not None:
            # A unit that does not tell when it is ready counts as started at once.
            told = self.service.start_seconds
            return told if told >= _AT_ONCE else self.outcome.restart_seconds
        return self.outcome.restart_seconds


@dataclass(frozen=True)
class Observation:
    """What was seen on all machines after a case was applied."""

    subject: str
    """Engine, case and variant, as in the tests' names."""
    engine: str
    case: str
    daemon: DaemonObservation
    client: dict[str, CommandResult]
    """What the docker client, curl and the SDK got on `client`."""
    exposure: dict[str, Exposure]
    """How much of the daemon `client`, `outsider` and a `local-user` of `daemon` get."""
    shown: dict[str, str]
    """Commands that show the failure and what they printed, by the machine they were typed on."""
    fix: dict[str, CommandResult]
    """The commands that mended it, likewise."""
    containers: str
    """`docker ps` on an active `daemon`, once everybody has tried: names and images."""
    seconds: float
    """From the restored snapshot to here."""
    apply_seconds: float = 0.0
    """What of that applying took, or the fix, or the reboot."""

    @property
    def user_visible_log(self) -> list[str]:
        """What a person would paste: the commands that show the failure, or else the log."""
        return self._shown or self.daemon.log

    @property
    def full_log(self) -> list[str]:
        """All that was said, in the log and by the commands that show the failure."""
        return self.daemon.log + self._shown

    @property
    def _shown(self) -> list[str]:
        return [line for text in self.shown.values() for line in text.splitlines()]
