"""Collects a user's files into one directory with the layout of a case."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from dockerd_lab.config import units
from dockerd_lab.config.config_files import is_config_file
from dockerd_lab.config.dockerd_command import DockerdCommand
from dockerd_lab.config.paths import DOCKER_UNITS, HOME, UNITS
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import install_paths, layout, tree
from dockerd_lab.inputs.input import Input
from dockerd_lab.inputs.keys import read_keys

if TYPE_CHECKING:
    from dockerd_lab.cases.model import Case


def collect(
    paths: Sequence[Path],
    directory: Path,
    *,
    files: Sequence[str] = (),
    command: DockerdCommand | None = None,
    provision: Path | None = None,
) -> Input:
    """Copy a user's files, which are one configuration, into the empty directory `directory`.

    `files` are `SRC:/DEST`. `provision` is a script that runs after the files are installed.
    Raises BadInput if a file cannot be read, recognised or installed.
    """
    if not (paths or files or command or provision):
        raise BadInput("nothing to validate", "dockerd-lab validate PATH…, or dockerd-lab init")
    used = [*paths, *(Path(argument.rpartition(":/")[0]) for argument in files), provision]
    if used.count(tree.STDIN) > 1:
        raise BadInput("- is standard input, which can be only one of the files")
    sources: dict[str, Path] = {}
    ignored: list[str] = []
    compose_files: list[Path] = []
    case: Case | None = None
    complete = False
    # os.path.isdir() never raises, unlike pathlib's.
    single_files = [path for path in paths if not os.path.isdir(path)]
    for path in paths:
        if path in single_files:
            _add_all(sources, {layout.destination_of_file(path, single_files): path})
            continue
        has_case = os.path.isfile(path / "case.yaml")
        if has_case and len(paths) > 1:
            raise BadInput(f"{path}: it has a case.yaml, and is judged by itself")
        contents = _read_directory(path, has_case=has_case)
        if has_case:
            case, complete = _load_case(path), contents.has_case_layout
        _add_all(sources, contents.files)
        ignored += contents.skipped
        compose_files += layout.compose_files(path, contents.skipped)
        if contents.has_case_layout:
            _copy_case_files(path, directory)
    for argument in files:
        source, destination = _source_and_destination(argument)
        _add(sources, destination, source, anywhere=True)
    provision_script = tree.content(provision) if provision is not None else None
    enabling_links, notes = _move_enabled_units(sources)
    origins = dict(sorted(sources.items()))
    links = _read_links(origins)
    texts, private = _install(origins, links, directory, command)
    scripts = [provision] if provision is not None else []
    name_source = next(iter([*paths, *origins.values(), *scripts]), Path("dockerd"))
    return Input(
        name=_name(name_source),
        directory=directory,
        origins=origins,
        texts=texts,
        links=links,
        case=case,
        complete=complete,
        ignored=ignored,
        compose_files=compose_files,
        enabling_links=enabling_links,
        notes=notes,
        command=command,
        provision=provision_script,
        scripts=tree.read_scripts(directory),
        private=private,
        keys=read_keys(origins, directory / "rootfs"),
    )


@dataclass(frozen=True)
class _Directory:
    """What a user's directory contains."""

    files: Mapping[str, Path]
    """The files to install, by the path on the machine."""
    skipped: Sequence[str] = ()
    """Names of files and directories that are not installed."""
    has_case_layout: bool = False
    """Whether it is laid out like a case: rootfs/, or scripts beside a case.yaml."""


def _read_directory(path: Path, *, has_case: bool) -> _Directory:
    """Return what a directory contains; raises BadInput if nothing of it can be installed."""
    root, relative_paths = layout.files_to_install(path)
    files = {f"/{relative}": root / relative for relative in relative_paths}
    if root != path and (has_case or files):
        return _Directory(files, has_case_layout=True)
    if files:
        return _Directory(files, layout.skipped_names(path))
    files, skipped = layout.recognise_files(path)
    is_case = has_case and not files and layout.is_case_without_files(path)
    if not files and not is_case:
        raise BadInput(layout.nothing_to_install_message(path), layout.HINT)
    return _Directory(files, skipped, is_case)


def _move_enabled_units(sources: dict[str, Path]) -> tuple[dict[str, str], list[str]]:
    """Move units from the place of systemd's link to their own.

    Return the links with their targets, and a note for each file that is moved.
    """
    links, notes = {}, []
    for destination, source in list(sources.items()):
        path = PurePosixPath(destination)
        is_instance = "@" in path.name  # its link has another name than the file
        if not units.is_dependency(path) or source.is_symlink() or is_instance:
            continue
        del sources[destination]
        directory = "/lib/systemd/system" if path.name in DOCKER_UNITS else UNITS
        unit_files = (file for file in sources if units.is_unit_file(file))
        unit_path = next(
            (file for file in unit_files if PurePosixPath(file).name == path.name),
            f"{directory}/{path.name}",
        )
        links[destination] = unit_path
        # A copy of a machine that follows links has the same file in several places.
        if unit_path in sources and tree.content(sources[unit_path]) == tree.content(source):
            continue
        _add(sources, unit_path, source)
        notes.append(f"{destination} is a link on a machine: the file goes to {unit_path}")
    return links, notes


def _copy_case_files(path: Path, directory: Path) -> None:
    """Copy a case's files outside of rootfs/: scripts, their data, and files for `client`.

    Raises BadInput for a link, except for `unit`: these files are read and written on this
    computer as well.
    """
    for relative in tree.walk(path):
        if relative.parts[0] in ("rootfs", "case.yaml"):
            continue
        source = path / relative
        if source.is_symlink():
            if source.parent == path and tree.is_link_to_our_unit(source):
                continue
            raise BadInput(f"{tree.printable(source)}: a link; give the file that it points to")
        _copy(source, directory / relative)


def _source_and_destination(argument: str) -> tuple[Path, str]:
    """Return the two parts of `SRC:/DEST`; raises BadInput if it has another form."""
    source, colon, destination = argument.rpartition(":/")
    if not (source and colon and destination):
        raise BadInput(f"--file {argument!r}: expected SRC:/DEST, DEST from the machine's root")
    tree.checked_size(Path(source))
    return Path(source), f"/{destination}"


def _add_all(sources: dict[str, Path], destinations: Mapping[str, Path]) -> None:
    for destination, source in destinations.items():
        _add(sources, destination, source)


def _add(
    sources: dict[str, Path], destination: str, source: Path, *, anywhere: bool = False
) -> None:
    """Add a file to `sources` by its destination; raises BadInput if it must not go there."""
    install_paths.check(destination, anywhere=anywhere)
    if destination in sources:
        both = f"{tree.printable(sources[destination])} and {tree.printable(source)}"
        raise BadInput(f"{destination}: given twice, by {both}")
    sources[destination] = source


def _install(
    origins: Mapping[str, Path],
    links: Mapping[str, str],
    directory: Path,
    command: DockerdCommand | None,
) -> tuple[dict[str, str], frozenset[str]]:
    """Copy the files below `directory`/rootfs.

    Return the texts of the configuration files by installed path, and the paths of private keys.
    """
    _check(origins)
    texts: dict[str, str] = {}
    private: set[str] = set()
    others: dict[str, bytes] = {}
    for installed, source in origins.items():
        target = directory / "rootfs" / installed.lstrip("/")
        data = _copy(source, target)
        if data is None:
            linked = origins.get(links[installed])
            if linked is not None and is_config_file(installed) and not linked.is_symlink():
                texts[installed] = tree.text(linked, tree.content(linked))
            continue
        if b"PRIVATE KEY-----" in data:
            # A private key must not be readable by others. apply.sh keeps this mode.
            target.chmod(0o400)
            private.add(installed)
        elif is_config_file(installed):
            texts[installed] = tree.text(source, data)
        else:
            others[installed] = data
            with suppress(UnicodeDecodeError):  # scripts, lists of passwords, sshd_config, …
                texts[installed] = data.decode()
    # Files in the target of a directory link are read by the link's path.
    moved: set[str] = set()
    for link, link_target in links.items():
        below = [name for name in texts if name.startswith(f"{link_target}/")]
        texts |= {link + name.removeprefix(link_target): texts[name] for name in below}
        moved |= {*below}
    for name in moved:
        del texts[name]
    for referenced in _referenced_files(texts, command) & others.keys():
        texts[referenced] = tree.text(origins[referenced], others[referenced])
    return texts, frozenset(private)


def _read_links(origins: Mapping[str, Path]) -> dict[str, str]:
    """Return the links among the files, and the path on the machine to which each leads."""
    return {
        installed: os.path.normpath(PurePosixPath(installed).parent / os.readlink(source))
        for installed, source in origins.items()
        if source.is_symlink()
    }


def _check(origins: Mapping[str, Path]) -> None:
    """Raise BadInput if there are too many files, or if one is where another needs a directory."""
    if len(origins) > tree.MAX_FILES:
        raise BadInput(f"{len(origins)} files; more than {tree.MAX_FILES} are no configuration")
    for installed in origins:
        for parent in map(str, PurePosixPath(installed).parents):
            if parent in origins:
                raise BadInput(
                    f"{installed}: cannot install below {parent}: it is a file or a link"
                )


def _referenced_files(texts: Mapping[str, str], command: DockerdCommand | None) -> set[str]:
    """Return the paths that units and flags refer to: EnvironmentFile= and --config-file."""
    command_line = " ".join(command.words) if command is not None else ""
    config_files = re.findall(
        r"--config-file[= ]\s*([^\s\"']+)", "\n".join([*texts.values(), command_line])
    )
    relative_to_home = [str(PurePosixPath(HOME) / flag) for flag in config_files]
    return {*units.environment_files(texts), *config_files, *relative_to_home}


def _copy(source: Path, target: Path) -> bytes | None:
    """Copy a file and return its content; copy a link as a link and return None."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        shutil.copy2(source, target, follow_symlinks=False)
        return None
    data = tree.content(source)
    target.write_bytes(data)
    target.chmod(0o755 if tree.mode(source) & 0o100 else 0o644)
    return data


def _load_case(path: Path) -> "Case":
    """Read the case in a directory; its name has the category if the directory is in one."""
    # Imported here: pydantic takes as long to load as reading a configuration without a case.
    from dockerd_lab.cases.discover import CATEGORIES  # noqa: PLC0415
    from dockerd_lab.cases.model import load_case  # noqa: PLC0415

    category = os.path.basename(os.path.dirname(os.path.abspath(path)))
    name = f"{category}/{_name(path)}" if category in CATEGORIES else _name(path)
    return load_case(name, path)


def _name(path: Path) -> str:
    """Return a configuration's name, made from a file name without special characters."""
    return (
        re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(os.path.abspath(path))).strip("-.")
        or "configuration"
    )
