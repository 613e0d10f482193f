"""Tells where on the machine the files go that a user gives by name or by directory."""

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from dockerd_lab.config.paths import DAEMON_JSON
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs import tree
from dockerd_lab.inputs.recognise import place

#: The directories of a machine into which a tree that is laid out like it may install files.
TOP = ("etc", "usr", "lib", "root", "home", "opt", "srv", "var", "run")
#: More files than this in a directory that is not laid out like a machine are not looked into.
_FEW = 20
#: Endings of what lies beside a configuration, and may quote one.
_NO_CONFIGURATION = (".md", ".rst", ".txt", ".adoc", ".sh", ".py", ".yml", ".yaml")
#: What a case may consist of without files.
_OF_A_CASE = {"provision.sh", "restart.sh", "start.sh", "show.sh", "show-client.sh", "fix.sh"}
_OF_A_CASE |= {"fix-client.sh", "client", "unit"}
HINT = (
    "a directory lies as on the machine (etc/docker/daemon.json,"
    " etc/systemd/system/docker.service.d/x.conf); or give the files themselves, or"
    " --file SRC:/DEST"
)


def of_directory(path: Path) -> tuple[Path, list[Path]]:
    """The directory whose files are installed, and those files relative to it."""
    everything = list(tree.walk(path, _at(path)))
    rootfs = path / "rootfs"
    top = rootfs if rootfs.is_dir() and not rootfs.is_symlink() else path
    inside = [path / file for file in everything if (path / file).is_relative_to(top)]
    relative = [file.relative_to(top) for file in inside]
    return top, [file for file in relative if file.parts[0] in TOP and len(file.parts) > 1]


def of_file(path: Path, beside: Iterable[Path] = ()) -> str:
    """Where a single file belongs on the machine; raises BadInput where that cannot be told.

    One of the files that are given `beside` it may name the place.
    """
    tree.check_name(Path(path.name))
    text = tree.text(path, tree.content(path))
    if text.startswith("#!") and "nft" not in text.split("\n", maxsplit=1)[0]:
        raise BadInput(
            f"{tree.shown(path)}: a script",
            f"--provision {tree.shown(path)} runs it on the machine",
        )
    quotes = path.suffix in _NO_CONFIGURATION or path.name == "Dockerfile"
    others = [_text(other) for other in beside if other != path]
    found = None if quotes else _place(path, text, others)
    if found is None:
        raise BadInput(
            f"{tree.shown(path)}: what this file is cannot be told from its name or content",
            f"--file {tree.shown(path)}:/DEST says where it goes",
        )
    return found


def one_by_one(path: Path) -> tuple[dict[str, Path], list[str]]:
    """Where the files of a directory go that is not laid out like a machine, and what is left out.

    It may be one of a machine's own (`etc`), or hold a few files that are known. Raises BadInput
    where two files go to the same place.
    """
    files = [file for file in tree.walk(path, _at(path)) if str(file) != "case.yaml"]
    if _at(path) and files:
        return {f"{_at(path)}/{file}": path / file for file in files}, []
    found: dict[str, Path] = {}
    flat = len(files) <= _FEW and not any(len(file.parts) > 1 for file in files)
    texts = {file: _text(path / file) for file in files} if flat else {}
    for file, text in texts.items():
        source = path / file
        if source.is_symlink() or file.suffix in _NO_CONFIGURATION:
            continue
        where = _place(source, text, [texts[other] for other in files if other != file])
        # Of several .json it is the one of that name: dockerd's key.json lies beside it.
        guessed = where == DAEMON_JSON and file.name != "daemon.json"
        if where is None or (guessed and Path("daemon.json") in files):
            continue
        if where in found:
            both = f"{found[where].name} and {tree.shown(file)}"
            raise BadInput(f"{tree.shown(path)}: {where} would be both {both}", HINT)
        found[where] = source
    taken = {*found.values()}
    return found, [tree.shown(file) for file in files if path / file not in taken]


def _place(path: Path, text: str, others: Iterable[str]) -> str | None:
    """Where a file belongs: what its content looks like counts less than a path that names it."""
    where = place(PurePosixPath(path.absolute()), text)
    if where is not None and PurePosixPath(where).name == path.name:
        in_conf_d = where.replace("/sites-enabled/", "/conf.d/")
        elsewhere = any(re.search(r"^[ \t]*include\s.*/conf\.d/", o, re.MULTILINE) for o in others)
        included = any("sites-enabled" in other for other in others)
        return in_conf_d if elsewhere and not included else where
    name = rf"(?<![\w./])/[\w./-]+/{re.escape(path.name)}(?![\w.-])"
    named = {found for other in others for found in re.findall(name, other)}
    named = {found for found in named if found.split("/")[1] in TOP}
    return named.pop() if len(named) == 1 else where


def _text(path: Path) -> str:
    return "" if path.is_symlink() else tree.content(path).decode(errors="replace")


def _at(path: Path) -> str:
    """The directory of a machine that a directory is, by its name."""
    name = os.path.basename(os.path.abspath(path))
    alone = name in ("etc", "usr") and not any((path / top).is_dir() for top in ("etc", "rootfs"))
    return f"/{name}" if alone else ""


def beside(path: Path) -> list[str]:
    """What is in a directory and is not installed, by name."""
    names = {entry.name for entry in path.iterdir()} - {*TOP, "case.yaml", *tree.IGNORED}
    return sorted(tree.shown(Path(name)) for name in names)


def is_case(path: Path) -> bool:
    """Whether a directory with a case.yaml and no files is a whole case: it may have scripts."""
    others = [entry for entry in path.iterdir() if entry.name not in (*tree.IGNORED, "case.yaml")]
    beside = all(e.name.startswith(".") or e.suffix in (".md", ".rst", ".txt") for e in others)
    return beside or not _OF_A_CASE.isdisjoint(entry.name for entry in others)


def nothing_in(path: Path) -> str:
    """What is wrong with a directory of which nothing would be installed."""
    reason = "nothing of it would be installed" if any(path.iterdir()) else "an empty directory"
    return f"{tree.shown(path)}: {reason}"
