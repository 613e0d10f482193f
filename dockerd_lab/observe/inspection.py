"""What a configuration has on `daemon` besides dockerd: other services, scripts, docker.socket.

An `Inspection` says what to look at, `commands` how to ask for it, and the other functions read the
answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from dockerd_lab.machine_paths import OUTCOME, PROVISION_CODE, SINCE
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand

#: systemctl's argv[] is what the unit says, with its variables. DOCKER_OPTS is put in where it is
#: named; any other is nothing, as for systemd where it is not set.
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
#: How the names of the questions about services begin.
_SERVICE = "service:"


@dataclass(frozen=True)
class Inspection:
    """What to look at on `daemon` besides dockerd itself."""

    services: tuple[str, ...] = ()
    """Units that must run, besides docker's."""
    services_of_scripts: tuple[str, ...] = ()
    """Units that the user's script may restart or stop; they must not have failed."""
    docker_socket: bool = False
    """Whether the configuration changes docker.socket, so that its log matters."""
    user_scripts: bool = False
    """Whether a script of the user's is run, whose exit code is kept."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The configuration files as they are installed, by path."""
    compare_texts: bool = False
    """Whether a script may change those, or add others."""
    validate_arguments: str | None = _ARGUMENTS_OF_UNIT
    """Shell lines that set dockerd's arguments as $@; None where they are not known."""


@dataclass(frozen=True)
class ServiceState:
    """A service besides docker.service."""

    active: bool
    log: tuple[str, ...] = ()
    """Its last lines, where it is not active."""


def commands(inspection: Inspection, version: str) -> dict[str, RemoteCommand]:
    """The commands that look at all of it, on an engine of that version."""
    wanted = {_SERVICE + name: RemoteCommand(_state(name)) for name in inspection.services}
    for name in inspection.services_of_scripts:
        not_failed = f"systemctl is-failed --quiet {name} || {{ echo active; exit; }}; "
        wanted[_SERVICE + name] = RemoteCommand(not_failed + _state(name))
    if inspection.docker_socket:
        log = f"journalctl --unit docker.socket --no-pager --output cat {SINCE}"
        wanted["socket_log"] = RemoteCommand(log)
    if inspection.user_scripts:
        wanted["script_exit_code"] = RemoteCommand(f"cat {PROVISION_CODE} 2>/dev/null")
    arguments = inspection.validate_arguments
    if arguments is not None and Version(version).major >= _FIRST_WITH_VALIDATE:
        # What starts has nothing to notice, and is not kept waiting.
        only_failed = f"! grep -q daemon=active {OUTCOME} || exit 0; "
        wanted["dockerd_validate"] = RemoteCommand(
            f'{only_failed}{arguments}dockerd --validate "$@"'
        )
    return wanted


def services(answers: Mapping[str, CommandResult]) -> dict[str, ServiceState]:
    """The state of every service that was asked for, by the unit's name."""
    states = {}
    for name, answer in answers.items():
        if name.startswith(_SERVICE):
            state, _, log = answer.stdout.partition("\n")
            active = state.strip() == "active"
            lines = () if active else tuple(log.strip().splitlines())
            states[name.removeprefix(_SERVICE)] = ServiceState(active, lines)
    return states


def socket_log(answers: Mapping[str, CommandResult]) -> list[str]:
    """What systemd logged of docker.socket since the configuration was applied."""
    return answers["socket_log"].stdout.splitlines() if "socket_log" in answers else []


def script_exit_code(answers: Mapping[str, CommandResult]) -> int | None:
    """The exit code of a user's script that failed; None where none did."""
    code = answers["script_exit_code"].stdout.strip() if "script_exit_code" in answers else ""
    return int(code) if code else None


def refused_by_validate(answers: Mapping[str, CommandResult], daemon: str) -> bool | None:
    """Whether `dockerd --validate` refuses a configuration with which the daemon does not start.

    None where the daemon starts, or where the engine has no --validate.
    """
    answer = answers.get("dockerd_validate")
    if daemon == "active" or answer is None or "unknown flag: --validate" in answer.output:
        return None
    return answer.exit_code != 0


def _state(service: str) -> str:
    """A service's state on the first line, then its last words where it does not run."""
    return (
        f"systemctl is-active {service} ||"
        f" journalctl --unit {service} --lines 12 --no-pager --output cat"
    )
