"""Lists the data that the harness keeps on this computer; all of it can be made again."""

from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.host.boxes import is_being_built, size_on_disk
from dockerd_lab.host.labs import current
from dockerd_lab.project import Project, user_cache


@dataclass(frozen=True)
class KeptData:
    """A file or directory that is kept."""

    what: str
    path: Path
    bytes: int
    """Its size on disk."""


def find_kept_data(project: Project) -> list[KeptData]:
    """Return all data kept for this user and this project, without locks in use and the ssh key.

    A box that a lab of another project runs on may go: the files stay until its machines end.
    """
    places = [("box", path) for path in _in(user_cache() / "boxes") if not is_being_built(path)]
    places += [("packages", path) for path in _in(user_cache() / "packages")]
    places += [("saved machines", path) for path in _in(user_cache() / "machines") if path.is_dir()]
    places += [("whether KVM works", user_cache() / "kvm.json")]
    for path in _in(project.state):
        if path.name == "parallel" and any(current(home) for home in _in(path)):
            continue
        if path.name not in ("lock", "lab.json"):
            what = "evidence" if path.name == "artifacts" else "machines"
            places.append((f"{what} of this project", path))
    return [KeptData(what, path, size_on_disk(path)) for what, path in places if path.exists()]


def _in(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.is_dir() else []
