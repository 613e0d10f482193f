"""Tells where on the machine a file may go: not into the harness's places, nor over a directory."""

from collections.abc import Collection
from pathlib import Path, PurePosixPath

from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import layout, tree
from dockerd_lab.machine_paths import APPLY, PLACE, STATE

#: The harness's own places on the machine.
_RESERVED = (STATE, PLACE, APPLY, "/root/.ssh", "/home/vagrant/.ssh")
#: What the kernel or the boot has, and no configuration.
_NEVER = ("proc", "sys", "dev", "boot")
#: Directories that every machine has, or makes for what goes into them.
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
    """Raise BadInput where no file of a configuration may go there.

    Its first directory must be one that a tree laid out like the machine may have, unless it was
    said to go `anywhere` else.
    """
    shown = tree.shown(Path(destination))
    tree.check_name(Path(destination))
    path = PurePosixPath(destination)
    if anywhere and (destination.endswith("/") or _is_directory(path)):
        raise BadInput(f"{shown}: a directory; DEST is the path of the file itself")
    deep_enough = len(path.parts) > 2  # noqa: PLR2004  (/etc/nftables.conf)
    fitting = deep_enough and (
        path.parts[1] not in (*_NEVER, "tmp") if anywhere else path.parts[1] in layout.TOP
    )
    if destination.startswith("//") or str(path) != destination or not fitting:
        raise BadInput(f"{shown}: no place for a configuration file")
    if _is_reserved(path):
        raise BadInput(f"{shown}: the harness keeps its own files there")


def is_free(destination: str, taken: Collection[str]) -> bool:
    """Whether a file may be put there in addition to those that are `taken`.

    Not where one of them would be above or below it: it would be a file and a directory at once.
    """
    path = PurePosixPath(destination)
    above = {str(parent) for parent in path.parents} & {*taken}
    below = any(PurePosixPath(other).is_relative_to(path) for other in taken)
    # A program names these, and says itself what is wrong with them.
    odd = path.parts[1:2] == () or path.parts[1] in _NEVER or _is_directory(path)
    return not (above or below or odd or _is_reserved(path))


def _is_reserved(path: PurePosixPath) -> bool:
    return any(path.is_relative_to(reserved) for reserved in _RESERVED)


def _is_directory(path: PurePosixPath) -> bool:
    return str(path) in _DIRECTORIES or path.name.endswith((".service.d", ".socket.d"))
