"""Reads what a user gives, within limits: regular files and links that stay in their tree."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from dockerd_lab.errors import BadInput
from dockerd_lab.settings import checkout

#: More files than this are no configuration.
MAX_FILES = 200
#: Nor are more bytes, in all of the files together.
MAX_BYTES = 5_000_000
#: What Linux allows of a path, with room for the directory that it is copied to; and of a name.
_PATH_MAX, _NAME_MAX = 2048, 255
#: Where a copy of a machine's /etc has links to what packages bring.
_PACKAGED = ("/lib/systemd/system/", "/usr/lib/systemd/system/", "/usr/share/nginx/")
#: What a tree may hold besides, which is neither counted nor installed.
IGNORED = (".git",)


def walk(top: Path, at: str = "") -> Iterator[Path]:
    """All files and links below `top`, as paths relative to it, in a fixed order.

    `at` is the directory of the machine that `top` is, where it is not the machine's root.

    Links are not followed. Raises BadInput for what is neither a file, a directory nor a link, for
    a link that leads out of the tree, for a name that cannot be installed, and beyond the limits.
    """
    found = size = 0
    for directory, subdirectories, files in os.walk(top, onerror=_unreadable):
        here = Path(directory)
        subdirectories[:] = sorted(name for name in subdirectories if name not in IGNORED)
        links = [name for name in subdirectories if os.path.islink(here / name)]
        for name in sorted([*files, *links]):
            path = here / name
            found += 1
            if found > MAX_FILES:
                raise BadInput(f"{shown(top)}: more than {MAX_FILES} files; give the ones to check")
            check_name(path.relative_to(top))
            if os.path.islink(path):
                _check_link(top, path, at)
            else:
                size += checked_size(path)
                if size > MAX_BYTES:
                    raise BadInput(f"{shown(top)}: more than {MAX_BYTES} bytes in its files")
            yield path.relative_to(top)


def checked_size(path: Path) -> int:
    """The size in bytes of a regular file; raises BadInput where it is none, or too large."""
    try:
        status = path.lstat()
    except OSError as error:
        raise BadInput(f"{shown(path)}: cannot be read: {error.strerror}") from None
    if stat.S_ISLNK(status.st_mode):
        raise BadInput(f"{shown(path)}: a link; give the file that it points to")
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(f"{shown(path)}: neither a file nor a directory (a device, pipe or socket)")
    if status.st_size > MAX_BYTES:
        raise BadInput(f"{shown(path)}: {status.st_size} bytes; no configuration is that large")
    return status.st_size


def content(path: Path) -> bytes:
    """What is in a regular file; raises BadInput where it cannot be read."""
    checked_size(path)
    try:
        # It may have become something else since it was looked at.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise BadInput(f"{shown(path)}: cannot be read: {error.strerror}") from None


def text(path: Path, data: bytes) -> str:
    """A configuration file's text; raises BadInput where it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 text: {error.reason} at byte {error.start}"
        raise BadInput(f"{shown(path)}: {reason}") from None


def check_name(path: Path) -> None:
    """Raise BadInput for a path that cannot be installed as it is called."""
    name = str(path)
    if not name.isprintable():  # control characters, line ends, and bytes that are no UTF-8
        raise BadInput(f"{shown(path)}: a name with a control character or bytes that are no UTF-8")
    if any(part != part.strip() for part in path.parts):
        raise BadInput(f"{shown(path)}: a name that begins or ends with a blank")
    if len(name) > _PATH_MAX or any(len(os.fsencode(part)) > _NAME_MAX for part in path.parts):
        raise BadInput(f"{shown(path)[:80]}…: longer than a path or a name can be")
    if ".." in path.parts:
        raise BadInput(f"{shown(path)}: `..` is no place on a machine")


def shown(path: Path) -> str:
    """A path for a message, on one line whatever is in it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))


def is_unit_of_ours(link: Path) -> bool:
    """Whether it is a case's `unit`: a link to one of provision/units."""
    there = link.resolve()
    return link.name == "unit" and there.is_dir() and there.parent == checkout() / "provision/units"


def _check_link(top: Path, link: Path, at: str) -> None:
    """Raise BadInput where a link leads out of its tree.

    An absolute one is meant for the machine, where the tree's top is `/`. /dev/null is how systemd
    masks a unit, and is on every machine; so are packaged units, and nginx's modules.
    """
    try:
        target = os.readlink(link)
    except OSError as error:
        raise BadInput(f"{shown(link)}: cannot be read: {error.strerror}") from None
    here = f"{at}/{link.relative_to(top)}".lstrip("/")
    packaged = here.startswith(("etc/systemd/", "etc/nginx/")) and target.startswith(_PACKAGED)
    if link.parent == top and is_unit_of_ours(link):
        return
    if target == "/dev/null" or (packaged and ".." not in target):
        return
    below = target.removeprefix(f"{at}/").lstrip("/")
    there = top / below if target.startswith("/") else link.parent / target
    real = Path(os.path.realpath(there))
    if not real.is_relative_to(os.path.realpath(top)) or not real.exists():
        raise BadInput(f"{shown(link)}: a link to {shown(Path(target))}, which is not in the input")


def _unreadable(error: OSError) -> None:
    raise BadInput(f"{shown(Path(error.filename))}: cannot be read: {error.strerror}")
