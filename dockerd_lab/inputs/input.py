"""A user's input: the files by their path on the machine, and what else was given."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from dockerd_lab.cases.model import Case
from dockerd_lab.config.dockerd_command import DockerdCommand
from dockerd_lab.config.value import Place
from dockerd_lab.inputs import install_paths


@dataclass(frozen=True)
class Input:
    """What was given, gathered."""

    name: str
    directory: Path
    """A directory of its own: rootfs/, and what a case has besides."""
    origins: Mapping[str, Path]
    """Where each file on the machine comes from, as the user called it."""
    texts: Mapping[str, str]
    """The configuration files among them, by their path on the machine."""
    case: Case | None = None
    """What the input's case.yaml says, if it has one."""
    complete: bool = False
    """Whether it is a case as this repository has them, that leaves nothing to be stood in for."""
    ignored: Sequence[str] = ()
    """What lies beside the files and is not installed."""
    notes: Sequence[str] = ()
    """What was understood otherwise than it lies."""
    command: DockerdCommand | None = None
    provision: bytes | None = None
    """A script of the user's, as it was when it was checked."""
    private: frozenset[str] = field(default_factory=frozenset)
    """The files that hold a private key."""

    @property
    def link_targets(self) -> set[str]:
        """The paths on the machine to which a link of the input leads."""
        return {*links(self.origins).values()}

    def has(self, installed: str) -> bool:
        """Whether the input holds a file of that path on the machine."""
        return installed in self.origins

    def resolved(self, installed: str) -> str:
        """Where a path on the machine leads, by the links of the input."""
        of_input = links(self.origins)
        for _ in range(10):  # links may lead to links, and in a circle
            for link, target in of_input.items():
                if installed == link or installed.startswith(f"{link}/"):
                    installed = target + installed.removeprefix(link)
                    break
            else:
                break
        return installed

    def with_changes(self, changed: Mapping[str, str | None]) -> "Input":
        """The same input where a script or a fix `changed` files on the machine since.

        Their texts are by path; None where one is gone. They come from the machine then.
        """
        kept = {path for path in self.origins if changed.get(path, "") is not None}
        now = {path: text for path, text in changed.items() if text is not None}
        return replace(
            self,
            origins={
                **{path: self.origins[path] for path in self.origins if path in kept},
                **{path: Path(path) for path in now},
            },
            texts={**{path: self.texts[path] for path in self.texts if path in kept}, **now},
        )

    def user_path(self, place: Place | None) -> str | None:
        """A place as the user called the file: `etc/docker/daemon.json:3`."""
        if place is None:
            return None
        file = place.file if place.file in self.origins else self.resolved(place.file)
        if file not in self.origins:
            return place.file
        return str(self.origins[file]) + (f":{place.line}" if place.line else "")

    def lacks(self, installed: str) -> bool:
        """Whether the input does not hold that file, and the lab may make one there."""
        return not self.has(installed) and install_paths.is_free(installed, self.origins)


def links(origins: Mapping[str, Path]) -> dict[str, str]:
    """The links among files, and where each leads on the machine."""
    return {
        installed: os.path.normpath(PurePosixPath(installed).parent / os.readlink(source))
        for installed, source in origins.items()
        if source.is_symlink()
    }
