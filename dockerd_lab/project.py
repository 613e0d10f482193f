"""The directories that the harness reads and writes: the package's data, the project, its state.

Nothing else in the package knows where they are.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from dockerd_lab.errors import HarnessError

_PACKAGE = Path(__file__).resolve().parent
#: The name of a project's own file, which lies at its root.
PROJECT_FILE = "dockerd-lab.yaml"
#: The known errors that ship with the package, a YAML file each.
KNOWN_ERRORS = _PACKAGE / "explain/known_errors"
#: What lint knows of each engine, and its rules.
LINT_FACTS, LINT_RULES = _PACKAGE / "lint/facts", _PACKAGE / "lint/rules"


@dataclass(frozen=True)
class Project:
    """The three roots of a command; in a checkout of this repository all of them lie in it.

    A project has a lab of its own. What is done outside of any project shares one lab.
    """

    data: Path
    """What ships with the package, and is only read: provision/, Vagrantfile, lab.yaml."""
    root: Path
    """The user's own configuration, and only read: relative paths in it start here."""
    state: Path
    """What is kept for this project: labs with their machines, evidence, the lock."""


def find_project() -> Project:
    """Return the project that this command is for.

    It is the nearest directory above the working directory with a dockerd-lab.yaml, within its
    git repository. Without one it is the checkout that the package lies in, or no project at all.
    Raises HarnessError where the package is installed without its data.
    """
    data, here = package_data(), Path.cwd()
    if (root := project_root(here)) is not None:
        key = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
        return Project(data, root, _project_states() / f"{root.name}-{key}")
    if data == _PACKAGE.parent:
        return project_of_checkout(data)
    return Project(data, here, _project_states() / "none")


def project_root(directory: Path) -> Path | None:
    """Return the nearest directory from here upwards with a dockerd-lab.yaml, if there is one.

    It is looked for within the git repository that `directory` is in.
    """
    for root in (directory, *directory.parents):
        if (root / PROJECT_FILE).is_file():
            return root
        if (root / ".git").exists():
            break
    return None


def project_of_checkout(directory: Path) -> Project:
    """Return the project that a checkout of this repository is."""
    return Project(data=directory, root=directory, state=directory / ".lab")


def package_data() -> Path:
    """Return the data that ships with the package, whatever the project.

    A wheel has it inside the package, a checkout at its top. Raises HarnessError if it is missing.
    """
    # Imported here: `explain` needs none of the data, and less time than this import.
    from importlib.resources import files  # noqa: PLC0415

    data = Path(str(files("dockerd_lab") / "data"))
    if data.is_dir():
        return data
    # Never what happens to lie beside an installed package.
    if (_PACKAGE.parent / "pyproject.toml").is_file():
        return _PACKAGE.parent
    raise HarnessError(
        f"this installation of dockerd-lab is incomplete: {data} is missing",
        "pip install --force-reinstall --no-deps dockerd-lab",
    )


def _project_states() -> Path:
    return user_state() / "projects"


def user_cache() -> Path:
    """Return where all projects of this user keep what can be made again, such as boxes."""
    return platformdirs.user_cache_path("dockerd-lab")


def user_state() -> Path:
    """Return where all projects of this user keep what must not be lost, such as the ssh key."""
    return platformdirs.user_state_path("dockerd-lab")
