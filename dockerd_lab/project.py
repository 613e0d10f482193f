"""The directories that the harness reads and writes: the package's data, the project, its state.

Nothing else in the package knows where they are.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
#: The known errors that ship with the package, a YAML file each.
KNOWN_ERRORS = _PACKAGE / "explain/known_errors"


@dataclass(frozen=True)
class Project:
    """The three roots of a command; in a checkout of this repository all of them lie in it."""

    data: Path
    """What ships with the package, and is only read: provision/, Vagrantfile, lab.yaml."""
    root: Path
    """The user's own configuration, and only read: relative paths in it start here."""
    state: Path
    """What is kept for this project: labs with their machines, evidence, the lock."""


def find_project() -> Project:
    """Return the project that this command is for: the checkout that the package lies in."""
    return project_of_checkout(package_data())


def project_of_checkout(directory: Path) -> Project:
    """Return the project that a checkout of this repository is."""
    return Project(data=directory, root=directory, state=directory / ".lab")


def package_data() -> Path:
    """Return the data that ships with the package, whatever the project."""
    return _PACKAGE.parent


def user_cache() -> Path:
    """Return where all projects of this user keep what can be made again, such as boxes."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dockerd-lab"


def user_state() -> Path:
    """Return where all projects of this user keep what must not be lost, such as the ssh key."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(base) / "dockerd-lab"
