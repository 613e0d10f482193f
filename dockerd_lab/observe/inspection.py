"""Observes what a configuration affects besides dockerd: other services, scripts, docker.socket.

An `Inspection` says what to observe, `commands` returns the commands for it, and the other
functions read their results.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from dockerd_lab.machine_paths import JOURNAL_SINCE, OUTCOME_FILE, PROVISION_EXIT_CODE_FILE
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.observe import unit_states
from dockerd_lab.observe.unit_states import UnitState

#: systemctl prints argv[] with variables unexpanded. $DOCKER_OPTS is replaced by its value. Any
#: other variable is left out, as systemd does with one that is not set.
_ARGUMENTS_OF_UNIT = r"""set -f
argv=$(systemctl show --property ExecStart --value docker.service |
    sed -n 's/.*argv\[\]=\(.*\) ; ignore_errors=.*/\1/p' | tail -n 1)
DOCKER_OPTS=
[ ! -r /etc/default/docker ] || . /etc/default/docker
for word in $argv; do
    case $word in
        '$DOCKER_OPTS' | '${DOCKER_OPTS}') set -- "$@" $DOCKER_OPTS ;;
        '$'*) ;;
        *) set -- "$@" "$word" ;;
    esac
done
[ $# -eq 0 ] || shift
"""
#: The first engine that has `dockerd --validate`.
_FIRST_WITH_VALIDATE = 23
#: The names of the commands about services begin with this.
_SERVICE_PREFIX = "service:"
#: The name of the command about units.
_UNITS = "unit_states"


@dataclass(frozen=True)
class Inspection:
    """What to observe on `daemon` besides dockerd itself."""

    services: tuple[str, ...] = ()
    """Units that must run, besides docker's."""
    services_of_scripts: tuple[str, ...] = ()
    """Units that the user's script may restart or stop; they must not have failed."""
    docker_socket: bool = False
    """Whether the configuration changes docker.socket, so that its log is needed."""
    user_scripts: bool = False
    """Whether a user's script runs, whose exit code is kept."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The texts of the installed configuration files, by path."""
    files: tuple[str, ...] = ()
    """The paths of the installed files, of which it is observed whether they were read."""
    units: tuple[str, ...] = ()
    """Units that the configuration defines, changes or enables, besides docker's."""
    compare_texts: bool = False
    """Whether a script may change these files or add others."""
    validate_arguments: str | None = _ARGUMENTS_OF_UNIT
    """Shell lines that set $@ to dockerd's arguments; None if the arguments are not known."""


@dataclass(frozen=True)
class ServiceState:
    """The state of a service other than docker.service."""

    active: bool
    log: tuple[str, ...] = ()
    """Its last lines, if it is not active."""


def commands(inspection: Inspection, version: str) -> dict[str, RemoteCommand]:
    """Return the commands for the inspection, by name; `version` is the engine's version."""
    remote_commands = {
        _SERVICE_PREFIX + name: RemoteCommand(_state_command(name)) for name in inspection.services
    }
    for name in inspection.services_of_scripts:
        not_failed = f"systemctl is-failed --quiet {name} || {{ echo active; exit; }}; "
        remote_commands[_SERVICE_PREFIX + name] = RemoteCommand(not_failed + _state_command(name))
    if inspection.units or inspection.compare_texts:
        remote_commands[_UNITS] = unit_states.show_command(
            inspection.units, find_new=inspection.compare_texts
        )
    if inspection.docker_socket:
        log = f"journalctl --unit docker.socket --no-pager --output cat {JOURNAL_SINCE}"
        remote_commands["socket_log"] = RemoteCommand(log)
    if inspection.user_scripts:
        remote_commands["script_exit_code"] = RemoteCommand(
            f"cat {PROVISION_EXIT_CODE_FILE} 2>/dev/null"
        )
    arguments = inspection.validate_arguments
    if arguments is not None and Version(version).major >= _FIRST_WITH_VALIDATE:
        # Skip a configuration that starts: there is no failure that --validate could notice.
        only_failed = f"! grep -q daemon=active {OUTCOME_FILE} || exit 0; "
        remote_commands["dockerd_validate"] = RemoteCommand(
            f'{only_failed}{arguments}dockerd --validate "$@"'
        )
    return remote_commands


def services(results: Mapping[str, CommandResult]) -> dict[str, ServiceState]:
    """Return the state of every inspected service, by the unit's name."""
    states = {}
    for name, result in results.items():
        if name.startswith(_SERVICE_PREFIX):
            state, _, log = result.stdout.partition("\n")
            active = state.strip() == "active"
            lines = () if active else tuple(log.strip().splitlines())
            states[name.removeprefix(_SERVICE_PREFIX)] = ServiceState(active, lines)
    return states


def states(results: Mapping[str, CommandResult]) -> dict[str, UnitState]:
    """Return the states of the inspected units, by name."""
    return unit_states.parse(results[_UNITS].stdout) if _UNITS in results else {}


def socket_log(results: Mapping[str, CommandResult]) -> list[str]:
    """Return what systemd logged about docker.socket since the configuration was applied."""
    return results["socket_log"].stdout.splitlines() if "socket_log" in results else []


def script_exit_code(results: Mapping[str, CommandResult]) -> int | None:
    """Return the exit code of a user's script that failed; None if none failed."""
    code = results["script_exit_code"].stdout.strip() if "script_exit_code" in results else ""
    return int(code) if code else None


def refused_by_validate(results: Mapping[str, CommandResult], daemon: str) -> bool | None:
    """Return whether `dockerd --validate` refuses a configuration that does not start.

    Return None if the daemon starts (`daemon` is `active`), or if the engine has no --validate.
    """
    result = results.get("dockerd_validate")
    if daemon == "active" or result is None or "unknown flag: --validate" in result.output:
        return None
    return result.exit_code != 0


def _state_command(service: str) -> str:
    """Return the shell line that prints a service's state, and its last log lines if it is down."""
    return (
        f"systemctl is-active {service} ||"
        f" journalctl --unit {service} --lines 12 --no-pager --output cat"
    )
