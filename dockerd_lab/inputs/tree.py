"""Reads a user's files within limits: only regular files, and links that stay in their tree."""

import functools
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from dockerd_lab.errors import BadInput
from dockerd_lab.project import package_data

#: A configuration has at most this many files.
MAX_FILES = 200
#: A configuration has at most this many bytes, in all files together.
MAX_BYTES = 5_000_000
#: The longest path, with room for the directory that it is copied to, and the longest file name.
_PATH_MAX, _NAME_MAX = 2048, 255
#: Directories of packages' files, to which links in a copy of a machine's /etc lead.
_PACKAGED = ("/lib/systemd/system/", "/usr/lib/systemd/system/", "/usr/share/nginx/")
#: Directories with links to packages' files beside them.
_ENABLED = ("etc/apache2/mods-enabled/", "etc/apache2/conf-enabled/", "etc/lighttpd/conf-enabled/")
#: A file that is read from standard input.
STDIN = Path("-")
#: Names that are neither counted nor installed.
IGNORED = (".git",)


def walk(top: Path, at: str = "") -> Iterator[Path]:
    """Yield all files and links below `top`, as paths relative to it, in a fixed order.

    `at` is the machine's directory that `top` stands for, or empty for the root directory.

    Links are not followed. Raises BadInput for anything but files, directories and links, for a
    link that leads out of the tree, for a name that cannot be installed, and beyond the limits.
    """
    count = size = 0
    for directory, subdirectories, files in os.walk(top, onerror=_unreadable):
        parent = Path(directory)
        subdirectories[:] = sorted(name for name in subdirectories if name not in IGNORED)
        links = [name for name in subdirectories if os.path.islink(parent / name)]
        for name in sorted([*files, *links]):
            path = parent / name
            count += 1
            if count > MAX_FILES:
                raise BadInput(
                    f"{printable(top)}: more than {MAX_FILES} files; give the ones to check"
                )
            check_name(path.relative_to(top))
            if os.path.islink(path):
                _check_link(top, path, at)
            else:
                size += checked_size(path)
                if size > MAX_BYTES:
                    raise BadInput(f"{printable(top)}: more than {MAX_BYTES} bytes in its files")
            yield path.relative_to(top)


def checked_size(path: Path) -> int:
    """Return the size of a regular file in bytes; raises BadInput if it is none, or too large."""
    if path == STDIN:
        return len(_read_all(sys.stdin))
    try:
        status = path.lstat()
    except OSError as error:
        raise BadInput(f"{printable(path)}: cannot be read: {error.strerror}") from None
    if stat.S_ISLNK(status.st_mode):
        raise BadInput(f"{printable(path)}: a link; give the file that it points to")
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(
            f"{printable(path)}: neither a file nor a directory (a device, pipe or socket)"
        )
    if status.st_size > MAX_BYTES:
        raise BadInput(f"{printable(path)}: {status.st_size} bytes; no configuration is that large")
    return status.st_size


def mode(path: Path) -> int:
    """Return a file's permissions, without following links; those of standard input are 0644."""
    return 0o644 if path == STDIN else stat.S_IMODE(path.lstat().st_mode)


def content(path: Path) -> bytes:
    """Return the content of a regular file; raises BadInput if it cannot be read."""
    checked_size(path)
    if path == STDIN:
        return _read_all(sys.stdin)
    try:
        # It may have been replaced since its size was checked.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise BadInput(f"{printable(path)}: cannot be read: {error.strerror}") from None


@functools.cache
def _read_all(stream: TextIO) -> bytes:
    """Return all of a stream, which can be read only once; raises BadInput if it is too large."""
    data = stream.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadInput(f"-: more than {MAX_BYTES} bytes; no configuration is that large")
    return data


def text(path: Path, data: bytes) -> str:
    """Return a configuration file's content as text; raises BadInput if it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 text: {error.reason} at byte {error.start}"
        raise BadInput(f"{printable(path)}: {reason}") from None


def check_name(path: Path) -> None:
    """Raise BadInput for a path whose name cannot be installed."""
    name = str(path)
    if not name.isprintable():  # control characters, line ends, and bytes that are no UTF-8
        raise BadInput(
            f"{printable(path)}: a name with a control character or bytes that are no UTF-8"
        )
    if any(part != part.strip() for part in path.parts):
        raise BadInput(f"{printable(path)}: a name that begins or ends with a blank")
    if len(name) > _PATH_MAX or any(len(os.fsencode(part)) > _NAME_MAX for part in path.parts):
        raise BadInput(f"{printable(path)[:80]}…: longer than a path or a name can be")
    if ".." in path.parts:
        raise BadInput(f"{printable(path)}: `..` is no place on a machine")


def printable(path: Path) -> str:
    """Return a path for a message, with unprintable characters escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))


def is_link_to_our_unit(link: Path) -> bool:
    """Return whether a link is a case's `unit`, which names one of provision/units.

    Its target is not looked at, and need not be there.
    """
    units = package_data() / "provision/units"
    return link.name == "unit" and (units / link.readlink().name).is_dir()


def _check_link(top: Path, link: Path, at: str) -> None:
    """Raise BadInput if a link leads out of its tree.

    An absolute target is a path on the machine, where the tree's top is `/`. Links to /dev/null,
    with which systemd masks a unit, are allowed. So are links to packaged units and nginx modules,
    which are on the machine; and links to modules beside them, which Apache's package brings.
    """
    try:
        target = os.readlink(link)
    except OSError as error:
        raise BadInput(f"{printable(link)}: cannot be read: {error.strerror}") from None
    installed_path = f"{at}/{link.relative_to(top)}".lstrip("/")
    packaged = installed_path.startswith(("etc/systemd/", "etc/nginx/")) and target.startswith(
        _PACKAGED
    )
    if link.parent == top and is_link_to_our_unit(link):
        return
    if target == "/dev/null" or (packaged and ".." not in target):
        return
    if installed_path.startswith(_ENABLED) and re.fullmatch(
        r"\.\./[a-z]+-available/[\w.-]+", target
    ):
        return
    below = target.removeprefix(f"{at}/").lstrip("/")
    target_path = top / below if target.startswith("/") else link.parent / target
    real = Path(os.path.realpath(target_path))
    if not real.is_relative_to(os.path.realpath(top)) or not real.exists():
        raise BadInput(
            f"{printable(link)}: a link to {printable(Path(target))}, which is not in the input"
        )


def _unreadable(error: OSError) -> None:
    raise BadInput(f"{printable(Path(error.filename))}: cannot be read: {error.strerror}")


def read_scripts(directory: Path) -> dict[str, str]:
    """Return the texts of the scripts beside a case's files, by name."""
    return {
        file.name: file.read_text(encoding="utf-8", errors="replace")
        for file in sorted(directory.glob("*.sh"))
        if file.is_file()
    }
