"""Reads the paths in variables of root's programs: where these look for code.

Whoever may write there runs code as root. Linkers, shells, interpreters and docker have such
variables: ld.so(8), bash(1), python(1), perlrun(1), "Docker CLI, environment variables".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DEFAULTS
from dockerd_lab.config.readers import reader_of
from dockerd_lab.config.value import Place

#: Variables with directories in which files are looked for, and variables that name files.
_SEARCHED = (
    *("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "PERL5LIB", "PERLLIB", "RUBYLIB"),
    *(
        "NODE_PATH",
        "CLASSPATH",
        "GCONV_PATH",
        "DOCKER_CONFIG",
        "OPENSSL_MODULES",
        "OPENSSL_ENGINES",
    ),
)
_NAMED = ("LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "ENV", "PYTHONSTARTUP", "OPENSSL_CONF")
_VARIABLE = re.compile(
    rf"(?:^|[\s\"';=])(?P<name>{'|'.join((*_SEARCHED, *_NAMED))})=[\"']?"
    r"(?P<value>[^\s\"';&|)]+)"
)
#: The settings of units, and of systemd itself, that have variables.
_KEYS = re.compile(r"Environment|DefaultEnvironment|ManagerEnvironment|Exec\w+")
_MANAGER = re.compile(r"/systemd/system\.conf(\.d/[^/]+\.conf)?$")
#: Settings of the kernel that name a program which it runs as root (proc_sys_kernel(5)).
_KERNEL = re.compile(
    r"^\s*-?\s*kernel[./](?P<name>core_pattern|modprobe|poweroff_cmd|hotplug)\s*=\s*\|?(?P<path>/\S+)"
)
_SYSCTL = re.compile(r"/etc/sysctl\.conf|(/etc|/run|/usr/lib|/usr/local/lib)/sysctl\.d/[^/]+\.conf")
_LINKER = re.compile(r"/etc/ld\.so\.(?:preload|conf|conf\.d/[^/]+\.conf)$")


@dataclass(frozen=True)
class EnvironmentPath:
    """A directory that is looked into, or a file that is loaded."""

    variable: str
    """Its name, or the linker's file."""
    path: str
    is_searched: bool
    """Whether it is a directory in which files are looked for."""
    place: Place


def environment_paths(texts: Mapping[str, str]) -> Iterator[EnvironmentPath]:
    r"""Yield the paths in the variables of units, of their files, of boot scripts and programs.

    `texts` are by path.

    >>> texts = {"/etc/systemd/system/a.service": "[Service]\nEnvironment=PATH=/opt/a:/bin\n"}
    >>> [each.path for each in environment_paths(texts)]
    ['/opt/a', '/bin']
    """
    files = {*units.environment_files(texts), DEFAULTS}
    for file, text in texts.items():
        if _LINKER.fullmatch(file):
            yield from _linkers(file, text)
        if _SYSCTL.fullmatch(file):
            yield from _kernels(file, text)
        for line, value in _lines(file, text, is_environment=file in files):
            for match in _VARIABLE.finditer(value):
                for path in re.split("[: ]", match["value"]):
                    if path.startswith("/"):
                        is_searched = match["name"] in _SEARCHED
                        name = match["name"]
                        yield EnvironmentPath(
                            name, str(PurePosixPath(path)), is_searched, Place(file, line)
                        )


def _lines(file: str, text: str, *, is_environment: bool) -> Iterator[tuple[int, str]]:
    """Yield the numbers and texts of the lines that may set a variable of root's programs."""
    path = PurePosixPath(file)
    if units.is_unit_file(file) or units.is_drop_in(path) or _MANAGER.search(file):
        for each in units.assignments(file, text):
            if _KEYS.fullmatch(each.key):
                yield each.line, each.value
        return
    reader = reader_of(file)
    is_run = text.startswith("#!") or (reader is not None and reader.at_boot)
    for number, line in enumerate(text.splitlines() if is_run or is_environment else (), 1):
        if not line.lstrip().startswith("#"):
            yield number, line


def _kernels(file: str, text: str) -> Iterator[EnvironmentPath]:
    for number, line in enumerate(text.splitlines(), 1):
        if match := _KERNEL.match(line):
            path = str(PurePosixPath(match["path"]))
            name = f"kernel.{match['name']}"
            is_pipe = "|" in line or match["name"] != "core_pattern"
            if is_pipe:
                yield EnvironmentPath(name, path, is_searched=False, place=Place(file, number))


def _linkers(file: str, text: str) -> Iterator[EnvironmentPath]:
    for number, line in enumerate(text.splitlines(), 1):
        for path in re.split(r"[\s:]+", line.partition("#")[0]):
            if path.startswith("/"):
                is_searched = not file.endswith("preload")
                yield EnvironmentPath(
                    file, str(PurePosixPath(path)), is_searched, Place(file, number)
                )
