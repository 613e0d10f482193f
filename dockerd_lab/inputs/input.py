"""Defines a user's input: files by their path on the machine, a command, a script, a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dockerd_lab.config.dockerd_command import DockerdCommand
from dockerd_lab.config.value import Place
from dockerd_lab.inputs import install_paths
from dockerd_lab.inputs.keys import Keys

if TYPE_CHECKING:  # pydantic takes as long to load as reading a configuration
    from dockerd_lab.cases.model import Case


@dataclass(frozen=True)
class Input:
    """A user's input, collected into a directory."""

    name: str
    directory: Path
    """The input's own directory: rootfs/, and the other files of a case."""
    origins: Mapping[str, Path]
    """The source of each file, as the user named it, by the path on the machine."""
    texts: Mapping[str, str]
    """The texts of the files that are text and hold no private key, by the path on the machine."""
    links: Mapping[str, str] = field(default_factory=dict)
    """The links among the files: the path on the machine to which each leads, by its own."""
    case: "Case | None" = None
    """The case in the input's case.yaml, if it has one."""
    complete: bool = False
    """Whether it is a complete case, like those of this repository, which needs no stand-ins."""
    ignored: Sequence[str] = ()
    """Names of files and directories that are not installed."""
    compose_files: Sequence[Path] = ()
    """Those of them that are compose files and give docker.sock to a container."""
    enabling_links: Mapping[str, str] = field(default_factory=dict)
    """Links that enable units, of which the input has copies: each target, by the link's path."""
    notes: Sequence[str] = ()
    """Notes on files that are installed elsewhere than where they lie."""
    command: DockerdCommand | None = None
    """A dockerd command to run instead of the unit."""
    provision: bytes | None = None
    """The content of the user's script, read when it was checked."""
    scripts: Mapping[str, str] = field(default_factory=dict)
    """The user's scripts beside the files, by name; the lab's own join them in `directory`."""
    private: frozenset[str] = field(default_factory=frozenset)
    """The paths of the files that hold a private key."""
    keys: Keys = field(default_factory=Keys)
    """Its private keys, certificates and ssh keys."""

    @property
    def link_targets(self) -> set[str]:
        """Return the paths on the machine to which the input's links lead."""
        return {*self.links.values()}

    def has(self, installed: str) -> bool:
        """Return whether the input has a file for that path on the machine."""
        return installed in self.origins

    def resolve(self, installed: str) -> str:
        """Return a path on the machine with the input's links followed."""
        for _ in range(10):  # links may lead to links, and in a circle
            for link, target in self.links.items():
                if installed == link or installed.startswith(f"{link}/"):
                    installed = target + installed.removeprefix(link)
                    break
            else:
                break
        return installed

    def with_changes(self, changed: Mapping[str, str | None]) -> "Input":
        """Return the input with files that a script or a fix changed on the machine.

        `changed` are their texts by path, or None for a file that is gone. The origin of a changed
        file is its path on the machine.
        """
        remaining = {path for path in self.origins if changed.get(path, "") is not None}
        texts = {path: text for path, text in changed.items() if text is not None}
        return replace(
            self,
            origins={
                **{path: self.origins[path] for path in self.origins if path in remaining},
                **{path: Path(path) for path in texts},
            },
            links={
                link: target
                for link, target in self.links.items()
                if link in remaining and link not in texts
            },
            texts={**{path: self.texts[path] for path in self.texts if path in remaining}, **texts},
        )

    def user_path(self, place: Place | None) -> str | None:
        """Return a place with the user's name of the file, such as `etc/docker/daemon.json:3`."""
        if place is None:
            return None
        file = place.file if place.file in self.origins else self.resolve(place.file)
        if file not in self.origins:
            return place.file
        return str(self.origins[file]) + (f":{place.line}" if place.line else "")

    def with_names_below(self, directory: Path, name: str) -> "Input":
        """Return the input with `name` in the place of a directory, in the names of its files.

        The directory is one that a command has filled, and that goes with the run.
        """
        origins = {
            path: Path(name, origin.relative_to(directory))
            if origin.is_relative_to(directory)
            else origin
            for path, origin in self.origins.items()
        }
        return replace(self, origins=origins)

    def place_at(self, user_path: str | None) -> Place | None:
        """Return the place that `user_path()` gave this name; None if it is in no file of these."""
        if user_path is None:
            return None
        name, _, number = user_path.rpartition(":")
        for installed, origin in self.origins.items():
            if str(origin) == user_path:
                return Place(installed)
            if str(origin) == name and number.isdecimal():
                return Place(installed, int(number))
        return None

    def lacks(self, installed: str) -> bool:
        """Return whether the input does not have that file, and the lab may make one there."""
        return not self.has(installed) and install_paths.is_free(installed, self.origins)
