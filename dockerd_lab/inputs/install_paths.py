"""Checks where on the machine a file may be installed."""

from collections.abc import Collection
from pathlib import Path, PurePosixPath

from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import layout, tree
from dockerd_lab.machine_paths import APPLY_SCRIPT, CASE_DIRECTORY, STATE_DIRECTORY

#: The harness's own files and directories on the machine.
_RESERVED = (STATE_DIRECTORY, CASE_DIRECTORY, APPLY_SCRIPT, "/root/.ssh", "/home/vagrant/.ssh")
#: Top-level directories of the kernel and the boot, which have no configuration files.
_NEVER = ("proc", "sys", "dev", "boot")
#: Directories that every machine has, or that are made for the files in them.
_DIRECTORIES = {
    "/etc/containerd",
    "/etc/default",
    "/etc/docker",
    "/etc/iptables",
    "/etc/nginx",
    "/etc/nginx/conf.d",
    "/etc/nginx/sites-available",
    "/etc/nginx/sites-enabled",
    "/etc/sysconfig",
    "/etc/systemd",
    "/etc/systemd/system",
    "/root/.docker",
}


def check(destination: str, *, anywhere: bool = False) -> None:
    """Raise BadInput if a configuration file must not be installed there.

    The top-level directory must be one of layout.TOP. With `anywhere` it may also be another one,
    except those of the kernel and the boot.
    """
    name = tree.printable(Path(destination))
    tree.check_name(Path(destination))
    path = PurePosixPath(destination)
    if anywhere and (destination.endswith("/") or _is_directory(path)):
        raise BadInput(f"{name}: a directory; DEST is the path of the file itself")
    deep_enough = len(path.parts) > 2  # noqa: PLR2004  (/etc/nftables.conf)
    is_allowed = deep_enough and (
        path.parts[1] not in (*_NEVER, "tmp") if anywhere else path.parts[1] in layout.TOP
    )
    if destination.startswith("//") or str(path) != destination or not is_allowed:
        raise BadInput(f"{name}: no place for a configuration file")
    if _is_reserved(path):
        raise BadInput(f"{name}: the harness keeps its own files there")


def is_free(destination: str, taken: Collection[str]) -> bool:
    """Return whether a file can be installed there, in addition to those at the `taken` paths.

    It cannot if a taken path is above or below: that path would be a file and a directory.
    """
    path = PurePosixPath(destination)
    above = {str(parent) for parent in path.parents} & {*taken}
    below = any(PurePosixPath(other).is_relative_to(path) for other in taken)
    # No stand-in is made for these: the program that uses such a path reports the error itself.
    is_unsuitable = path.parts[1:2] == () or path.parts[1] in _NEVER or _is_directory(path)
    return not (above or below or is_unsuitable or _is_reserved(path))


def _is_reserved(path: PurePosixPath) -> bool:
    return any(path.is_relative_to(reserved) for reserved in _RESERVED)


def _is_directory(path: PurePosixPath) -> bool:
    return str(path) in _DIRECTORIES or path.name.endswith((".service.d", ".socket.d"))
