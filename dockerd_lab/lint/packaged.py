"""Provides the units that packages bring: the settings of them that lint reads."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from dockerd_lab.config.paths import DEBIANS_DOCKERD, DOCKERS_DOCKERD
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.input import Input
from dockerd_lab.project import package_data

#: Debian's own unit, of docker.io.
PACKAGED = "packaged"
_DIRECTORY = "/lib/systemd/system"
#: As docker.io 20.10.5, 20.10.24, 26.1.5 and 28.5.2 have them.
_SERVICE = f"""\
[Unit]
Requires=docker.socket
[Service]
Type=notify
EnvironmentFile=-/etc/default/docker
ExecStart={DEBIANS_DOCKERD} -H fd:// --containerd=/run/containerd/containerd.sock $DOCKER_OPTS
"""
_SOCKET = """\
[Socket]
ListenStream=/run/docker.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker
"""
#: The units of a project that has none of its own.
NO_UNITS: Mapping[str, Path] = MappingProxyType({})
#: Both paths are on the lab's machines.
PROGRAMS = (DEBIANS_DOCKERD, DOCKERS_DOCKERD, "dockerd")


def packaged_units(unit: str, own_units: Mapping[str, Path] = NO_UNITS) -> Mapping[str, str]:
    """Return the texts of the packaged units by path: Debian's, or those of provision/units.

    `own_units` are directories of the project's own, by name. Raises BadInput if there is no such
    unit.
    """
    units = package_data() / "provision/units"
    service = _SERVICE
    if unit != PACKAGED:
        file = own_units.get(unit, units / unit) / "docker.service"
        known = sorted({*own_units, *(each.name for each in units.iterdir() if each.is_dir())})
        if unit not in known:
            raise BadInput(f"--unit {unit}: expected {PACKAGED} or {', '.join(known)}")
        service = file.read_text(encoding="utf-8")
    return {f"{_DIRECTORY}/docker.service": service, f"{_DIRECTORY}/docker.socket": _SOCKET}


def unit_of(inputs: Input) -> str:
    """Return the unit of provision/units that a case is about; else the packaged one."""
    return (inputs.case.unit if inputs.case is not None else None) or PACKAGED
