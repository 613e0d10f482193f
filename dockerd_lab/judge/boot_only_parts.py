"""Finds what the input brings into effect only when the machine boots."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.readers import reader_of
from dockerd_lab.config.script_commands import starts
from dockerd_lab.judge.unit_outcome import needs_boot
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.boot_preparation import kept_out_note
from dockerd_lab.standins.prepared import Prepared


def boot_only_parts(prepared: Prepared, observation: Observation) -> list[str]:
    """Return the files and units of the input that only a boot reads or starts.

    `observation` is that of a trial without a boot. These include files and units that a script of
    the input has added. A complete case says itself what is started, so there are none.
    """
    if prepared.inputs.complete:
        return []
    parts = [*_files(prepared, observation), *_docker_units(prepared), *_units(observation)]
    return list(dict.fromkeys(parts))


def _files(prepared: Prepared, observation: Observation) -> Iterator[str]:
    daemon = observation.daemon
    for path in (*prepared.inputs.origins, *daemon.changed_files):
        if path not in prepared.inputs.origins and _is_drop_in_of_another(path):
            yield path
            continue
        reader = reader_of(path)
        if reader is None or kept_out_note(path) is not None:
            continue
        # Without stand-ins, nothing but dockerd is restarted to read its files.
        is_unread = daemon.files_read is not None and path not in daemon.files_read
        if reader.at_boot or (is_unread and not prepared.has_stand_ins):
            yield path


def _is_drop_in_of_another(path: str) -> bool:
    """Return whether a file is a drop-in of another unit than docker.service.

    That one is restarted after a script; any other runs as it did before.
    """
    return units.is_drop_in(PurePosixPath(path)) and units.unit_names([path]) != ["docker.service"]


def _docker_units(prepared: Prepared) -> Iterator[str]:
    """Yield the files of docker's own units that were not restarted, as the lab otherwise does."""
    scripts = prepared.scripts.user_scripts
    unchanged = set() if prepared.has_stand_ins else {"docker.socket"}
    if not prepared.has_stand_ins and scripts and not starts("docker.service", scripts):
        unchanged.add("docker.service")
    for path in prepared.inputs.origins:
        if not unchanged.isdisjoint(units.unit_names([path])):
            yield path


def _units(observation: Observation) -> Iterator[str]:
    states = observation.daemon.units
    return (name for name, state in states.items() if needs_boot(state, states))
