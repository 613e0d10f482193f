"""Reads the state of docker.service and docker.socket; unit_states.py has that of other units."""

from dataclasses import dataclass

#: Prints the properties of both units, in this order.
SHOW = (
    "systemctl show docker.service docker.socket --property"
    " ActiveState,SubState,Result,LoadState,MainPID,NRestarts,NeedDaemonReload,"
    "FragmentPath,DropInPaths,ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic"
)


@dataclass(frozen=True)
class Unit:
    """The properties of a unit in the output of `systemctl show`."""

    active_state: str
    sub_state: str
    load_state: str
    main_pid: int
    fragment: str
    """The path of the unit file, without drop-ins."""
    started: int
    """When its main process was started, in microseconds since boot."""
    ready: int
    """When it last became active, in microseconds since boot."""
    drop_ins: tuple[str, ...] = ()
    """The paths of its drop-ins."""

    @property
    def start_seconds(self) -> float:
        """Return the seconds from the start of the main process until it reported to be ready."""
        return max(0, self.ready - self.started) / 1e6


def parse(show: str) -> tuple[Unit, Unit]:
    """Return the service and the socket from the output of SHOW, which a blank line separates."""
    service, _, socket = show.partition("\n\n")
    return _unit(service), _unit(socket)


def _unit(show: str) -> Unit:
    properties = dict(line.split("=", 1) for line in show.splitlines() if "=" in line)
    return Unit(
        active_state=properties.get("ActiveState", ""),
        sub_state=properties.get("SubState", ""),
        load_state=properties.get("LoadState", ""),
        fragment=properties.get("FragmentPath", ""),
        main_pid=int(properties.get("MainPID") or 0),
        started=int(properties.get("ExecMainStartTimestampMonotonic") or 0),
        ready=int(properties.get("ActiveEnterTimestampMonotonic") or 0),
        drop_ins=tuple(properties.get("DropInPaths", "").split()),
    )
