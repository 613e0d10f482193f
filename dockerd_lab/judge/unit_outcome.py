"""Determines what became of a unit of the input, from its state in systemd."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dockerd_lab.observe.unit_states import UnitState

Outcome = Literal["in-effect", "stood-in-for", "without-effect", "not-judged"]

#: Exit statuses of systemd and of shells that say what is missing on the lab's machine.
_MISSING = {
    127: "a program that it calls is not on the lab's machine",
    200: "its working directory is not on the lab's machine",
    203: "its program is not on the lab's machine, or cannot be run there",
    216: "its group is not on the lab's machine",
    217: "its user is not on the lab's machine",
}
#: systemd's lines about any unit, which do not say why it failed.
_GENERAL = re.compile(
    r": (Main process exited|Failed with result|Start request repeated|Scheduled restart|Consumed)"
    r"|^(Starting|Started|Stopped|Failed to start) "
)


@dataclass(frozen=True)
class UnitOutcome:
    """What became of a unit, and why."""

    outcome: Outcome
    message: str


def needs_boot(state: UnitState, units: Mapping[str, UnitState]) -> bool:
    """Return whether only a boot would start a unit as it is now.

    `units` are all observed units by name.
    """
    is_pending = not state.started and not state.skipped and state.load_state == "loaded"
    waits_for_socket = _waits_for_socket(state, units)
    return is_pending and not waits_for_socket and (bool(state.starters) or state.is_active)


def outcome_of_unit(state: UnitState, units: Mapping[str, UnitState]) -> UnitOutcome:
    """Return what became of a unit; `units` are all observed units by name."""
    if state.load_state != "loaded":
        return _not_loaded(state)
    if state.failed:
        return UnitOutcome("not-judged", _failure(state))
    if state.started and state.active_state == "activating":
        return UnitOutcome("not-judged", "it was still starting when the lab went on")
    if state.started and state.restarts:
        times = "once" if state.restarts == 1 else f"{state.restarts} times"
        return UnitOutcome("not-judged", f"it ended, and systemd has started it again {times}")
    if state.started:
        return UnitOutcome("in-effect", "systemd has started it")
    return _not_started(state, units)


def _not_loaded(state: UnitState) -> UnitOutcome:
    if state.load_state == "masked":
        return UnitOutcome("in-effect", "systemd does not start it: it is masked")
    if state.load_state == "not-found":
        return UnitOutcome("not-judged", "this unit is not on the lab's machine")
    return UnitOutcome("without-effect", f"systemd refuses it ({state.load_state})")


def _not_started(state: UnitState, units: Mapping[str, UnitState]) -> UnitOutcome:
    if state.skipped:
        message = "one of its conditions does not hold on the lab's machine"
        return UnitOutcome("not-judged", message)
    if _waits_for_socket(state, units):
        return UnitOutcome("in-effect", "systemd starts it for a connection to its socket")
    if state.starters or state.is_active:
        starters = ", ".join(state.starters) or "a boot"
        return UnitOutcome("not-judged", f"{starters} would start it, and has not")
    return UnitOutcome("without-effect", "no unit starts it, and it is not enabled")


def _waits_for_socket(state: UnitState, units: Mapping[str, UnitState]) -> bool:
    """Return whether a socket that listens starts the unit, and nothing else does."""
    sockets = [units.get(name) for name in state.starters if name.endswith(".socket")]
    is_listening = all(socket is not None and socket.is_active for socket in sockets)
    return bool(sockets) and len(sockets) == len(state.starters) and is_listening


def _failure(state: UnitState) -> str:
    """Return why a unit failed; what it does on a machine where it does not fail is not known."""
    why = _MISSING.get(state.exit_status)
    if why is None:
        why = f"it fails on the lab's machine ({state.result})"
    lines = [line for line in state.log if not _GENERAL.search(line)]
    return why + (f": {lines[-1]}" if lines else "")
