"""Observes the units of a configuration besides docker's: whether they started, how they ended.

`show_command` returns the command, `parse` reads its output.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from dockerd_lab.machine_paths import APPLY_STAMP, OUTCOME_FILE
from dockerd_lab.machines.remote_command import RemoteCommand

_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,Result,ConditionResult,ConditionTimestampMonotonic,"
    "InactiveExitTimestampMonotonic,ExecMainStatus,NRestarts,FragmentPath,DropInPaths,"
    "WantedBy,RequiredBy,UpheldBy,TriggeredBy"
)
#: Prints the names of the units that were added or enabled on the machine.
_FIND_NEW = (
    "find /etc/systemd/system /usr/lib/systemd/system /usr/local/lib/systemd/system"
    f" -cnewer {APPLY_STAMP} '(' -type f -o -type l ')' -printf '%f\\n' 2>/dev/null"
    r" | grep -E '^[^@]+(@[^@]+)?\.(service|socket|timer|path|target|(auto)?mount|swap|slice)$'"
    " | grep -v ^dockerd-lab-"
)
#: Prints when the configuration was applied, or 0 after a boot, in hundredths of seconds of uptime.
_SINCE = f"if grep -q ^journal_from=--boot {OUTCOME_FILE}; then echo 0; else cat {APPLY_STAMP}; fi"
#: Prints the log of each unit that has failed or is still starting.
_PRINT_LOGS = """\
systemctl list-units --state=failed,activating --plain --no-legend -- "$@" |
    while read -r unit _; do
        printf '\\nlog of %s\\n' "$unit"
        journalctl --unit "$unit" --lines 20 --no-pager --output cat
    done"""
_LOG_HEADING = re.compile(r"^log of (\S+)$", re.MULTILINE)
#: The seconds that the commands may take on an emulated machine, with many units.
_LIMIT = 60


@dataclass(frozen=True)
class UnitState:
    """The state of a unit in systemd."""

    name: str
    load_state: str
    active_state: str
    sub_state: str
    result: str
    """`success`, or why it failed."""
    exit_status: int
    """The exit status of its main process; 0 if it had none."""
    started: bool
    """Whether it was started since the configuration was applied, or since the boot."""
    skipped: bool
    """Whether it was not started because one of its conditions does not hold."""
    starters: tuple[str, ...]
    """The units that want, require or trigger it."""
    files: tuple[str, ...]
    """The paths of its unit file and of its drop-ins."""
    log: tuple[str, ...] = ()
    """Its last log lines, if it has failed or is still starting."""
    restarts: int = 0
    """How often systemd has started it again by itself, since it ended."""

    @property
    def is_active(self) -> bool:
        """Return whether it is active, whenever that began."""
        return self.active_state in ("active", "reloading")

    @property
    def failed(self) -> bool:
        """Return whether it has failed, even if systemd will start it again."""
        return self.result not in ("success", "")


def show_command(names: Iterable[str], *, find_new: bool) -> RemoteCommand:
    """Return the command that prints the states of units.

    With `find_new` these include the units that were added or enabled on the machine.
    """
    lines = [f"set -- {shlex.join(names)}"]
    if find_new:
        lines.append(f'set -- "$@" $({_FIND_NEW})')
    show = f'systemctl show --property={_PROPERTIES} -- "$@"'
    lines += ["[ $# -gt 0 ] || exit 0", _SINCE, show, _PRINT_LOGS]
    return RemoteCommand("\n".join(lines), _LIMIT)


def parse(output: str) -> dict[str, UnitState]:
    """Return the units by name, from the output of `show_command`."""
    since, _, states_and_logs = output.partition("\n")
    blocks, *headed_logs = _LOG_HEADING.split(states_and_logs)
    logs = dict(zip(headed_logs[::2], headed_logs[1::2], strict=True))
    states = (_state(block, since, logs) for block in blocks.split("\n\n") if "Id=" in block)
    return {state.name: state for state in states}


def _state(block: str, since: str, logs: dict[str, str]) -> UnitState:
    properties = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)

    def microseconds(name: str) -> int:
        return int(properties.get(f"{name}TimestampMonotonic") or 0)

    def names(*keys: str) -> tuple[str, ...]:
        return tuple(name for key in keys for name in properties.get(key, "").split())

    name, begun = properties["Id"], int(since or 0) * 10_000
    return UnitState(
        name=name,
        load_state=properties.get("LoadState", ""),
        active_state=properties.get("ActiveState", ""),
        sub_state=properties.get("SubState", ""),
        result=properties.get("Result", ""),
        exit_status=int(properties.get("ExecMainStatus") or 0),
        started=microseconds("InactiveExit") > begun,
        skipped=properties.get("ConditionResult") == "no" and microseconds("Condition") > begun,
        starters=names("WantedBy", "RequiredBy", "UpheldBy", "TriggeredBy"),
        files=names("FragmentPath", "DropInPaths"),
        log=tuple(logs.get(name, "").strip().splitlines()),
        restarts=int(properties.get("NRestarts") or 0),
    )
