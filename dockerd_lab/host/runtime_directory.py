"""Makes the runtime directory of a lab without its own /run: ssh's sockets and boot files.

It lies below /tmp, where everybody may write. So it is made anew for each lab, its name cannot be
guessed, and only its owner may write to it or list it. QEMU, which is another user, may pass
through it to the boot files.
"""

import os
import shutil
import stat
import tempfile
from pathlib import Path

#: The mode of a directory through which others may pass, to a name that they know.
PASSABLE = 0o711
#: Bytes that the path of its parent may have. A socket's path may have 107: below this parent it is
#: no longer than 83, with the 17 that ssh adds while it makes its control socket.
PARENT_BYTES = 40


def make() -> Path:
    """Make the directory with `ssh` for sockets and `boot` for boot files, and return it."""
    parent = tempfile.gettempdir()
    if len(os.fsencode(parent)) > PARENT_BYTES:
        parent = "/tmp"  # noqa: S108  (mkdtemp takes a name that nobody has)
    directory = Path(tempfile.mkdtemp(prefix="dockerd-lab-", dir=parent))
    (directory / "ssh").mkdir(mode=0o700)
    make_passable(directory / "boot")
    directory.chmod(PASSABLE)
    return directory


def make_passable(directory: Path) -> None:
    """Make a directory that others may pass through, whatever the umask.

    Raises FileExistsError where there is anything of that name.
    """
    directory.mkdir()
    directory.chmod(PASSABLE)


def copy_readable(file: Path, copy: Path) -> None:
    """Copy a file, so that everybody may read the copy, whatever the umask.

    Raises FileExistsError where there is anything of that name; a link is not followed.
    """
    with file.open("rb") as source, copy.open("xb") as target:
        shutil.copyfileobj(source, target)
        os.fchmod(target.fileno(), 0o644)


def is_own(directory: Path) -> bool:
    """Return whether a directory is this user's, and nobody else may write to it."""
    try:
        status = directory.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid()
        and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )


def remove(directory: Path) -> None:
    """Remove the directory, unless it is another user's by now."""
    if is_own(directory):
        shutil.rmtree(directory, ignore_errors=True)
