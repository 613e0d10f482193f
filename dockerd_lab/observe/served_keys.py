"""Finds keys and swarms' tokens on `daemon` in the directories from which nginx serves files."""

import shlex

from dockerd_lab.config.nginx_files import served
from dockerd_lab.config.nginx_tree import parse, split_dump
from dockerd_lab.machines.batch import run_batch
from dockerd_lab.machines.program import Program
from dockerd_lab.machines.remote_command import RemoteCommand

#: At most this many directories are searched, and keys tried.
_MAX_DIRECTORIES, _MAX_KEYS = 20, 20


def served_keys(program: Program, dump: str) -> list[str]:
    """Return the paths at which somebody might read a key; `dump` is the output of `nginx -T`."""
    places = served(parse(split_dump(dump)))
    directories = list(dict.fromkeys(place.directory for place in places))[:_MAX_DIRECTORIES]
    if not directories:
        return []
    files = run_batch(program, {"keys": _find(directories)})["keys"].stdout.splitlines()
    paths = (place.request_path(file) for file in files for place in places)
    return list(dict.fromkeys(path for path in paths if path is not None))[:_MAX_KEYS]


def _find(directories: list[str]) -> RemoteCommand:
    """Return the command that prints the files with keys, in these directories or just below."""
    find = f"timeout 10 find -L {shlex.join(directories)} -xdev -maxdepth 4 -type f -size -64k"
    grep = "grep -ls -e 'PRIVATE KEY-----' -e SWMTKN-1-"
    return RemoteCommand(f"{find} -print0 2>/dev/null | xargs -0 -r {grep} | head -{_MAX_KEYS}")
