"""Finds files of the input that look like dockerd's configuration, and that nothing refers to."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect

#: Files that look like dockerd's. Those of judge/unread_files.py are left out.
_DOCKERS = re.compile(
    r"/etc/(docker/.+|docker[\w-]*\.(conf|json|ya?ml|toml)|dockerd?(\.conf)?\.d/.+"
    r"|(conf\.d|init)/docker[\w.-]*|default/dockerd?[.-][\w.-]+|default/dockerd)"
)
#: What dockerd or a client looks for by itself. A directory of compose files is their user's.
_READ = re.compile(
    r"/etc/docker/(daemon\.json.*|key\.json|certs\.d/.+|plugins/.+|cli.*|.*compose.*)|.*/README.*"
)
_KEY = r"\.(pem|crt|cer|key|csr|srl|cnf|ext|p12|pfx)"
_FIX = "Name it where it is meant to be read, or leave it out."


def find_unreferenced_files(
    inputs: Input, files_read: Collection[str], scripts: Collection[str]
) -> Iterator[NoEffect]:
    """Yield an entry for each such file that was not read either, as far as that was observed.

    `files_read` are the files that were. Of keys and certificates there is one entry for each
    directory. `scripts` are the texts of the user's scripts. A complete case says itself what has
    no effect.
    """
    if inputs.complete:
        return
    reported: set[PurePosixPath] = set()
    for file, source in inputs.origins.items():
        path = PurePosixPath(file)
        is_dockers = _DOCKERS.fullmatch(file) and not _READ.fullmatch(file)
        if not is_dockers or source.is_symlink() or file in inputs.link_targets:
            continue
        if file in files_read:
            continue
        texts = [text for other, text in inputs.texts.items() if other != file]
        texts += [*scripts, *(inputs.command.words if inputs.command is not None else ())]
        if (
            any(re.search(_reference_pattern(path), text) for text in texts)
            or path.parent in reported
        ):
            continue
        if re.search(f"{_KEY}$", file):
            reported.add(path.parent)
        yield no_effect(inputs, path.name, "nothing on the machine reads it", _FIX, Place(file))


def _reference_pattern(path: PurePosixPath) -> str:
    """Return a pattern of what names a file: its path, or that of a directory below /etc/docker.

    The files that were made with a key or certificate lie beside it: naming one names all.
    """
    names = [re.escape(str(path))]
    if re.search(f"{_KEY}$", path.name):
        names.append(rf"{re.escape(str(path.parent))}/[\w.-]+{_KEY}\b")
    directories = (str(parent) for parent in path.parents if str(parent).startswith("/etc/docker/"))
    names += [rf"{re.escape(directory)}\b" for directory in directories]
    return "|".join(names)
