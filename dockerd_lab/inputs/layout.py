"""Decides where on the machine the files go that a user gives by name or by directory."""

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from dockerd_lab.config.paths import DAEMON_JSON
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import tree
from dockerd_lab.inputs.recognise import recognise_destination

#: The top-level directories into which a directory with a machine's layout may install files.
TOP = ("etc", "usr", "lib", "root", "home", "opt", "srv", "var", "run")
#: If a directory without a machine's layout has more files than this, none of them is recognised.
_MAX_FLAT_FILES = 20
#: Suffixes of documents and scripts, which may quote a configuration but are none.
_DOCUMENT_SUFFIXES = (".md", ".rst", ".txt", ".adoc", ".sh", ".py", ".yml", ".yaml")
#: Files and directories that make up a case without rootfs/.
_CASE_FILES = {"provision.sh", "restart.sh", "start.sh", "show.sh", "show-client.sh", "fix.sh"}
_CASE_FILES |= {"fix-client.sh", "client", "unit"}
HINT = (
    "a directory lies as on the machine (etc/docker/daemon.json,"
    " etc/systemd/system/docker.service.d/x.conf); or give the files themselves, or"
    " --file SRC:/DEST"
)


def files_to_install(path: Path) -> tuple[Path, list[Path]]:
    """Return the directory whose files are installed, and those files relative to it."""
    all_files = list(tree.walk(path, _machine_directory(path)))
    rootfs = path / "rootfs"
    root = rootfs if rootfs.is_dir() and not rootfs.is_symlink() else path
    inside = [path / file for file in all_files if (path / file).is_relative_to(root)]
    relative = [file.relative_to(root) for file in inside]
    return root, [file for file in relative if file.parts[0] in TOP and len(file.parts) > 1]


def destination_of_file(path: Path, neighbours: Iterable[Path] = ()) -> str:
    """Return where a single file belongs on the machine; raises BadInput if that is not clear.

    One of the `neighbours`, the other files of the input, may name the file's path.
    """
    tree.check_name(Path(path.name))
    text = tree.text(path, tree.content(path))
    if text.startswith("#!") and "nft" not in text.split("\n", maxsplit=1)[0]:
        raise BadInput(
            f"{tree.printable(path)}: a script",
            f"--provision {tree.printable(path)} runs it on the machine",
        )
    is_document = path.suffix in _DOCUMENT_SUFFIXES or path.name == "Dockerfile"
    others = [_text(other) for other in neighbours if other != path]
    destination = None if is_document else _destination(path, text, others)
    if destination is None:
        raise BadInput(
            f"{tree.printable(path)}: what this file is cannot be told from its name or content",
            f"--file {tree.printable(path)}:/DEST says where it goes",
        )
    return destination


def recognise_files(path: Path) -> tuple[dict[str, Path], list[str]]:
    """Return where the files of a directory without a machine's layout go, and the skipped files.

    The directory may be a copy of a machine's /etc or /usr, or hold a few files that can be
    recognised. Raises BadInput if two files would go to the same path.
    """
    files = [file for file in tree.walk(path, _machine_directory(path)) if str(file) != "case.yaml"]
    if _machine_directory(path) and files:
        return {f"{_machine_directory(path)}/{file}": path / file for file in files}, []
    destinations: dict[str, Path] = {}
    flat = len(files) <= _MAX_FLAT_FILES and not any(len(file.parts) > 1 for file in files)
    texts = {file: _text(path / file) for file in files} if flat else {}
    for file, text in texts.items():
        source = path / file
        if source.is_symlink() or file.suffix in _DOCUMENT_SUFFIXES:
            continue
        destination = _destination(source, text, [texts[other] for other in files if other != file])
        # If there is a daemon.json, other .json files are not taken for it, such as key.json.
        is_guess = destination == DAEMON_JSON and file.name != "daemon.json"
        if destination is None or (is_guess and Path("daemon.json") in files):
            continue
        if destination in destinations:
            both = f"{destinations[destination].name} and {tree.printable(file)}"
            raise BadInput(f"{tree.printable(path)}: {destination} would be both {both}", HINT)
        destinations[destination] = source
    recognised = {*destinations.values()}
    return destinations, [tree.printable(file) for file in files if path / file not in recognised]


def _destination(path: Path, text: str, others: Iterable[str]) -> str | None:
    """Return where a file belongs, or None.

    A destination with the file's own name counts most. Then comes a path in the other texts that
    ends in its name, and then any other destination for the file's content.
    """
    destination = recognise_destination(PurePosixPath(path.absolute()), text)
    if destination is not None and PurePosixPath(destination).name == path.name:
        conf_d_path = destination.replace("/sites-enabled/", "/conf.d/")
        includes_conf_d = any(
            re.search(r"^[ \t]*include\s.*/conf\.d/", other, re.MULTILINE) for other in others
        )
        includes_sites = any("sites-enabled" in other for other in others)
        return conf_d_path if includes_conf_d and not includes_sites else destination
    name = rf"(?<![\w./])/[\w./-]+/{re.escape(path.name)}(?![\w.-])"
    paths_in_texts = {match for other in others for match in re.findall(name, other)}
    paths_in_texts = {match for match in paths_in_texts if match.split("/")[1] in TOP}
    return paths_in_texts.pop() if len(paths_in_texts) == 1 else destination


def _text(path: Path) -> str:
    return "" if path.is_symlink() else tree.content(path).decode(errors="replace")


def _machine_directory(path: Path) -> str:
    """Return `/etc` or `/usr` if a directory is a copy of that, else an empty string."""
    name = os.path.basename(os.path.abspath(path))
    is_whole_directory = name in ("etc", "usr") and not any(
        (path / directory).is_dir() for directory in ("etc", "rootfs")
    )
    return f"/{name}" if is_whole_directory else ""


def skipped_names(path: Path) -> list[str]:
    """Return the names in a directory that are not installed."""
    names = {entry.name for entry in path.iterdir()} - {*TOP, "case.yaml", *tree.IGNORED}
    return sorted(tree.printable(Path(name)) for name in names)


def compose_files(directory: Path, names: Iterable[str]) -> list[Path]:
    """Return the files among those that are compose files, and give docker.sock to a container."""
    files = [
        directory / name for name in names if re.search(r"compose[\w.-]*\.ya?ml$", name.lower())
    ]
    return [file for file in files if file.is_file() and "docker.sock" in _text(file)]


def is_case_without_files(path: Path) -> bool:
    """Return whether a directory with a case.yaml and no files to install is a complete case.

    It is one if it has a case's scripts, or if the rest is only documents.
    """
    others = [entry for entry in path.iterdir() if entry.name not in (*tree.IGNORED, "case.yaml")]
    has_only_documents = all(
        entry.name.startswith(".") or entry.suffix in (".md", ".rst", ".txt") for entry in others
    )
    return has_only_documents or not _CASE_FILES.isdisjoint(entry.name for entry in others)


def nothing_to_install_message(path: Path) -> str:
    """Return the message for a directory with no file to install."""
    reason = "nothing of it would be installed" if any(path.iterdir()) else "an empty directory"
    return f"{tree.printable(path)}: {reason}"
