"""Collects a user's files into one directory that is laid out as a case's."""

import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from dockerd_lab.cases.discover import GROUPS
from dockerd_lab.cases.model import Case, load_case
from dockerd_lab.config import units
from dockerd_lab.config.dockerd_command import DockerdCommand
from dockerd_lab.config.paths import HOME
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import install_paths, layout, tree
from dockerd_lab.inputs.input import Input, links
from dockerd_lab.inputs.recognise import is_text


def collect(
    paths: Sequence[Path],
    into: Path,
    *,
    files: Iterable[str] = (),
    command: DockerdCommand | None = None,
    provision: Path | None = None,
) -> Input:
    """Copy what is given into the empty directory `into`; what lies there is one configuration.

    `files` are `SRC:/DEST`, `provision` is a script that is run after the files are installed.
    Raises BadInput where a file cannot be read, recognised or installed.
    """
    if not (paths or files or command or provision):
        raise BadInput("nothing to validate", "dockerd-lab validate PATH…")
    wanted: dict[str, Path] = {}
    ignored: list[str] = []
    case: Case | None = None
    complete = False
    alone = [path for path in paths if not os.path.isdir(path)]  # never raises, unlike pathlib's
    for path in paths:
        if path in alone:
            _add_all(wanted, {layout.of_file(path, alone): path})
            continue
        has_case = os.path.isfile(path / "case.yaml")
        if has_case and len(paths) > 1:
            raise BadInput(f"{path}: it has a case.yaml, and is judged by itself")
        top, sources = layout.of_directory(path)
        like_a_case = top != path and (has_case or bool(sources))
        if not sources and not like_a_case:
            found, left_out = layout.one_by_one(path)
            like_a_case = has_case and not found and layout.is_case(path)
            if not found and not like_a_case:
                raise BadInput(layout.nothing_in(path), layout.HINT)
            _add_all(wanted, found)
            ignored += left_out
        if has_case:
            case, complete = load_case(_case_name(path), path), like_a_case
        _add_all(wanted, {f"/{relative}": top / relative for relative in sources})
        if like_a_case:
            _copy_case_files(path, into)
        elif sources:
            ignored += layout.beside(path)
    for said in files:
        source, destination = _source_and_destination(said)
        _add(wanted, destination, source, anywhere=True)
    script = tree.content(provision) if provision is not None else None
    notes = _move_enabled_units(wanted)
    origins = dict(sorted(wanted.items()))
    texts, private = _install(origins, into, command)
    scripts = [provision] if provision is not None else []
    first = next(iter([*paths, *origins.values(), *scripts]), Path("dockerd"))
    return Input(
        name=_name(first),
        directory=into,
        origins=origins,
        texts=texts,
        case=case,
        complete=complete,
        ignored=ignored,
        notes=notes,
        command=command,
        provision=script,
        private=private,
    )


def _move_enabled_units(wanted: dict[str, Path]) -> list[str]:
    """Move docker's unit from where systemd has a link to it, and say so."""
    notes = []
    for destination, source in list(wanted.items()):
        path = PurePosixPath(destination)
        enabled = re.match(r"/etc/systemd/system/[^/]+\.(wants|requires)/", destination)
        if enabled and not source.is_symlink() and path.name in ("docker.service", "docker.socket"):
            packaged = f"/lib/systemd/system/{path.name}"
            del wanted[destination]
            # A copy of a machine that followed the links has the file at all of these places.
            if packaged in wanted and tree.content(wanted[packaged]) == tree.content(source):
                continue
            _add(wanted, packaged, source)
            notes.append(f"{destination} is a link on a machine: the file goes to {packaged}")
    return notes


def _copy_case_files(path: Path, into: Path) -> None:
    """Copy what a case has besides rootfs/: scripts, what they read, and files for `client`.

    They are read and written on this computer too, and so are no links; but for `unit`.
    """
    for relative in tree.walk(path):
        if relative.parts[0] in ("rootfs", "case.yaml"):
            continue
        source = path / relative
        if source.is_symlink() and not tree.is_unit_of_ours(source):
            raise BadInput(f"{tree.shown(source)}: a link; give the file that it points to")
        _copy(source, into / relative)


def _source_and_destination(inputs: str) -> tuple[Path, str]:
    """The two halves of `SRC:/DEST`."""
    source, colon, destination = inputs.rpartition(":/")
    if not (source and colon and destination):
        raise BadInput(f"--file {inputs!r}: expected SRC:/DEST, DEST from the machine's root")
    tree.checked_size(Path(source))
    return Path(source), f"/{destination}"


def _add_all(wanted: dict[str, Path], found: Mapping[str, Path]) -> None:
    for destination, source in found.items():
        _add(wanted, destination, source)


def _add(
    wanted: dict[str, Path], destination: str, source: Path, *, anywhere: bool = False
) -> None:
    """Note a file to install; raises BadInput where it must not go there."""
    install_paths.check(destination, anywhere=anywhere)
    if destination in wanted:
        both = f"{tree.shown(wanted[destination])} and {tree.shown(source)}"
        raise BadInput(f"{destination}: given twice, by {both}")
    wanted[destination] = source


def _install(
    origins: Mapping[str, Path], into: Path, command: DockerdCommand | None
) -> tuple[dict[str, str], frozenset[str]]:
    """Copy the files below `into`/rootfs; return the texts of those that are read, and the keys."""
    _check(origins)
    texts: dict[str, str] = {}
    private: set[str] = set()
    others: dict[str, bytes] = {}
    of_input = links(origins)
    for installed, source in origins.items():
        target = into / "rootfs" / installed.lstrip("/")
        data = _copy(source, target)
        if data is None:
            meant = origins.get(of_input[installed])
            if meant is not None and is_text(installed) and not meant.is_symlink():
                texts[installed] = tree.text(meant, tree.content(meant))
            continue
        if b"PRIVATE KEY-----" in data:
            # As such a file should be; apply.sh keeps this mode.
            target.chmod(0o400)
            private.add(installed)
        elif is_text(installed):
            texts[installed] = tree.text(source, data)
        elif installed.startswith("/etc/nginx/"):
            with suppress(UnicodeDecodeError):  # of any name, for nginx includes what it is told
                texts[installed] = data.decode()
        else:
            others[installed] = data
    # What is where a directory's link leads is read there, by the link's name.
    led: set[str] = set()
    for link, there in of_input.items():
        below = [name for name in texts if name.startswith(f"{there}/")]
        texts |= {link + name.removeprefix(there): texts[name] for name in below}
        led |= {*below}
    for name in led:
        del texts[name]
    for named in _named(texts, command) & others.keys():
        texts[named] = tree.text(origins[named], others[named])
    return texts, frozenset(private)


def _check(origins: Mapping[str, Path]) -> None:
    """Raise BadInput where there are too many files, or one where another needs a directory."""
    if len(origins) > tree.MAX_FILES:
        raise BadInput(f"{len(origins)} files; more than {tree.MAX_FILES} are no configuration")
    for installed in origins:
        for above in map(str, PurePosixPath(installed).parents):
            if above in origins:
                raise BadInput(f"{installed}: {above} is a file or a link of the input as well")


def _named(texts: Mapping[str, str], command: DockerdCommand | None) -> set[str]:
    """Files, whatever they are called, that the configuration says are read."""
    typed = " ".join(command.words) if command is not None else ""
    flags = re.findall(r"--config-file[= ]\s*([^\s\"']+)", "\n".join([*texts.values(), typed]))
    by_hand = [str(PurePosixPath(HOME) / flag) for flag in flags]
    return {*units.environment_files(texts), *flags, *by_hand}


def _copy(source: Path, target: Path) -> bytes | None:
    """Copy a file, or a link as a link; return the file's content."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        shutil.copy2(source, target, follow_symlinks=False)
        return None
    data = tree.content(source)
    target.write_bytes(data)
    target.chmod(0o755 if source.lstat().st_mode & 0o100 else 0o644)
    return data


def _case_name(path: Path) -> str:
    """What a case is called: with its group, where it lies in one."""
    group = os.path.basename(os.path.dirname(os.path.abspath(path)))
    return f"{group}/{_name(path)}" if group in GROUPS else _name(path)


def _name(path: Path) -> str:
    """What a configuration is called: after the first thing that was given."""
    return (
        re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(os.path.abspath(path))).strip("-.")
        or "configuration"
    )
