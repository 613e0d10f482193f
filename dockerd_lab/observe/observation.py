"""Defines an observation: everything that was recorded after a case was applied."""

from dataclasses import dataclass, field

from dockerd_lab.config.nginx_routes import Untried
from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.observe.exposure import Exposure
from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.observe.journal import PROCESS_EXITED, UNIT_FAILED, Entry
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.open_accounts import OpenAccounts
from dockerd_lab.observe.open_files import OpenFiles
from dockerd_lab.observe.other_ways import OtherWays
from dockerd_lab.observe.raised_rights import RaisedRights
from dockerd_lab.observe.unit import Unit
from dockerd_lab.observe.unit_states import UnitState

#: dockerd cannot start in less than this many seconds.
_MIN_START_SECONDS = 0.2


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
    """What was observed on `daemon`."""

    outcome: Outcome
    service: Unit
    socket: Unit
    listeners: list[Listener]
    """The listeners without those of IGNORED_LISTENERS."""
    command: str | None
    """The command line of the running dockerd."""
    hosts: list[str]
    """The hosts of that dockerd: from its flags, from daemon.json, or its default host."""
    journal: list[Entry]
    """The journal of docker.service since the case was applied."""
    by_hand: str
    """The output of a dockerd started by hand, or of a systemctl that refused a restart."""
    first_apply: Installed
    """After the case was applied."""
    second_apply: Installed
    """After the case was applied a second time."""
    socket_log: list[str] = field(default_factory=list)
    """docker.socket's log since the case was applied, if the configuration changes that unit."""
    services: dict[str, ServiceState] = field(default_factory=dict)
    """The other services of the configuration, by unit."""
    script_exit_code: int | None = None
    """The exit code of a user's script that failed."""
    refused_by_validate: bool | None = None
    """Whether `dockerd --validate` refuses a configuration that does not start; None if unknown."""
    files_read: tuple[str, ...] | None = None
    """The configuration's files that were read by a program; None if that was not observed."""
    units: dict[str, UnitState] = field(default_factory=dict)
    """The units of the configuration, and those that a script added or enabled, by name."""
    changed_files: dict[str, str | None] = field(default_factory=dict)
    """The texts of files that a script or a fix changed, by path; None for a file that is gone."""
    local_doors: list[str] = field(default_factory=list)
    """Files, sockets and programs with which every local user is root (observe/local_doors.py)."""
    open_files: OpenFiles = field(default_factory=OpenFiles)
    """Files that every local user may read or write, and that should be root's alone."""
    open_accounts: OpenAccounts = field(default_factory=OpenAccounts)
    """Accounts and groups that every local user can take on."""
    other_ways: OtherWays = field(default_factory=OtherWays)
    """Ways to the machine that nobody tries."""
    raised_rights: RaisedRights = field(default_factory=RaisedRights)
    """What runs with other rights than those of whoever makes it run."""
    raw: dict[str, CommandResult] = field(default_factory=dict)
    """All results of commands, for the evidence only."""

    @property
    def log(self) -> list[str]:
        """Return the log lines of dockerd and systemd, oldest first."""
        return [entry.message for entry in self.journal] + self.by_hand.splitlines()

    @property
    def exit_status(self) -> str | None:
        """Return the exit status of the first dockerd that failed, from systemd or a shell."""
        if self.outcome.by_hand_exit_code is not None:
            return str(self.outcome.by_hand_exit_code)
        exits = (e.exit_status for e in self.journal if e.message_id == PROCESS_EXITED)
        return next(exits, None)

    @property
    def unit_result(self) -> str | None:
        """Return the result of the unit's first failure, such as `exit-code`."""
        results = (e.unit_result for e in self.journal if e.message_id == UNIT_FAILED)
        return next(results, None)

    @property
    def daemon_start_seconds(self) -> float:
        """Return the seconds until dockerd was ready, or until it gave up."""
        if self.outcome.daemon == "active" and self.outcome.restart_exit_code is not None:
            # systemd regards a unit without readiness notification as ready at once.
            unit_seconds = self.service.start_seconds
            return (
                unit_seconds if unit_seconds >= _MIN_START_SECONDS else self.outcome.restart_seconds
            )
        return self.outcome.restart_seconds


@dataclass(frozen=True)
class Boot:
    """What happened at a boot of `daemon` before it was observed."""

    unfinished: list[str] = field(default_factory=list)
    """The units that were still starting when the boot was no longer waited for; or `dockerd`."""
    triggered: dict[str, str] = field(default_factory=dict)
    """What would have started each service or job that was started without waiting for it."""
    left: list[str] = field(default_factory=list)
    """The services and jobs that were not, because they end the machine."""
    absent: list[str] = field(default_factory=list)
    """The jobs whose program is not on the machine."""


@dataclass(frozen=True)
class Observation:
    """What was observed on all machines after a case was applied."""

    subject: str
    """Engine, case and variant, as in the tests' names."""
    engine: str
    case: str
    daemon: DaemonObservation
    client: dict[str, CommandResult]
    """The results of the docker client, curl and the SDK on `client`, by tool."""
    exposure: dict[str, Exposure]
    """The access that `client`, `outsider`, a `local-user` and a `container` of `daemon` get."""
    show_output: dict[str, str]
    """The output of the case's show scripts, with their commands, by machine."""
    fix: dict[str, CommandResult]
    """The results of the case's fix scripts, by machine."""
    containers: str
    """`docker ps` on an active `daemon` after all attempts: a name and an image on each line."""
    seconds: float
    """From restoring the snapshot to the end of the observation."""
    apply_seconds: float = 0.0
    """The part of `seconds` before the observation: applying, then the fix or the reboot."""
    untried_conditions: list[Untried] = field(default_factory=list)
    """What may let somebody through to Docker in nginx, and was not tried."""
    boot: Boot | None = None
    """The boot after which the machines were observed; None if there was none."""
    untried_rules: list[str] = field(default_factory=list)
    """Rules of the firewall with conditions that nobody tried to meet."""

    @property
    def user_visible_log(self) -> list[str]:
        """Return the lines that a user would paste: the show scripts' output, or else the log."""
        return self._show_output_lines or self.daemon.log

    @property
    def full_log(self) -> list[str]:
        """Return the daemon's log and the output of the show scripts."""
        return self.daemon.log + self._show_output_lines

    @property
    def _show_output_lines(self) -> list[str]:
        return [line for text in self.show_output.values() for line in text.splitlines()]
