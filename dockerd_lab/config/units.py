"""Reads systemd's unit files as far as they say how dockerd is started and what listens.

configparser does not read them: a key may stand more than once, and an empty one clears the others.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

#: Where units lie, in the order in which systemd looks for them.
_PLACES = ("/etc/", "/run/", "/usr/local/lib/", "/usr/lib/", "/lib/")


@dataclass(frozen=True)
class Assignment:
    """One `Key=value` of a unit file."""

    file: str
    """Its path on the machine."""
    line: int
    key: str
    value: str


def assignments(file: str, text: str) -> list[Assignment]:
    r"""The assignments in a unit file, with continued lines joined.

    >>> assignments("/x.conf", "[Service]\nExecStart=\nExecStart=dockerd \\\n  -H fd://")[1].value
    'dockerd    -H fd://'
    """
    found = []
    lines = iter(enumerate(text.removeprefix("\ufeff").splitlines(), 1))
    section = False
    for number, line in lines:
        section = section or line.strip().startswith("[")
        # systemd ignores an assignment that stands outside of a section.
        if line.lstrip().startswith(("#", ";")) or "=" not in line or not section:
            continue
        whole = line
        while whole.endswith("\\"):
            continued = next(lines, (0, ""))[1]
            # A comment between continued lines is left out.
            more = "\\" if continued.lstrip().startswith(("#", ";")) else continued
            whole = whole[:-1] + " " + more
        key, value = whole.split("=", 1)
        found.append(Assignment(file, number, key.strip(), value.strip()))
    return found


def of_unit(unit: str, texts: Mapping[str, str]) -> list[Assignment]:
    """What the given files say of a unit, in systemd's order: the unit, then drop-ins by name.

    Of two files with the same name, the one in /etc hides the one in /usr/lib.
    """
    paths = [PurePosixPath(file) for file in texts if _is_unit(file)]
    paths.sort(key=lambda path: _rank(str(path)), reverse=True)
    in_place = (path for path in paths if path.name == unit and path.parent.name == "system")
    whole = {path.name: str(path) for path in in_place}
    drop_ins = {
        path.name: str(path)
        for path in paths
        if path.parent.name == f"{unit}.d"
        and path.suffix == ".conf"
        and is_looked_into(path.parent)
    }
    files = [*whole.values(), *(drop_ins[name] for name in sorted(drop_ins))]
    return [found for file in files for found in assignments(file, texts[file])]


def in_effect(found: Iterable[Assignment], key: str) -> list[Assignment]:
    """The assignments of a key that count: an empty one takes back those before it."""
    values: list[Assignment] = []
    for assignment in found:
        if assignment.key == key:
            values = [*values, assignment] if assignment.value else []
    return values


def environment(found: Iterable[Assignment], texts: Mapping[str, str]) -> dict[str, str]:
    """The variables that a unit sets: `Environment=`, then the files it names, where given."""
    found = list(found)
    files = [each.value.removeprefix("-") for each in in_effect(found, "EnvironmentFile")]
    return {each.key: each.value for each in variables(found, files, texts)}


def variables(
    found: Iterable[Assignment], files: Iterable[str], texts: Mapping[str, str]
) -> Iterator[Assignment]:
    """Every `NAME=value` of a unit's `Environment=`, and then of files with variables."""
    for each in in_effect(found, "Environment"):
        for word in _split(each.value):
            if "=" in word:
                yield Assignment(each.file, each.line, *word.split("=", 1))
    for file in files:
        number = 1
        for line in texts.get(file, "").replace("\\\n", "\0").splitlines():
            for word in _variable(line.replace("\0", " ")):
                yield Assignment(file, number, *word.split("=", 1))
            number += 1 + line.count("\0")


def sockets(texts: Mapping[str, str]) -> list[str]:
    """The socket units that the given files are or change, by name."""
    paths = [PurePosixPath(file) for file in texts if _is_unit(file)]
    names = {path.name for path in paths if path.suffix == ".socket"}
    names |= {
        path.parent.name.removesuffix(".d")
        for path in paths
        if path.parent.name.endswith(".socket.d")
    }
    return sorted(names)


def is_looked_into(drop_ins: PurePosixPath) -> bool:
    """Whether systemd looks for a system unit's drop-ins in this directory."""
    return drop_ins.parent.name in ("system", "system.control", "system.attached")


def environment_files(texts: Mapping[str, str]) -> list[str]:
    """The files with variables that the given units name, whether they are given or not."""
    found = (each for file in texts if _is_unit(file) for each in assignments(file, texts[file]))
    return [each.value.removeprefix("-") for each in found if each.key == "EnvironmentFile"]


def words(command: str, variables: Mapping[str, str] | None = None) -> list[str]:
    """The words of an ExecStart=, without systemd's prefixes and quotes.

    Variables are replaced by their value, where that is known.

    >>> words("-/usr/bin/dockerd -H 'fd://' $DOCKER_OPTS")
    ['/usr/bin/dockerd', '-H', 'fd://', '$DOCKER_OPTS']
    """
    known = variables or {}

    def value(name: re.Match[str]) -> str:
        return known.get(name[1] or name[2], name[0])

    command = re.sub(r"\$(?:\{(\w+)\}|(\w+))", value, re.sub(r"^[-@:+!]+", "", command))
    return command.replace('"', "").replace("'", "").split()


def _variable(line: str) -> list[str]:
    """The `NAME=value` in a line of an EnvironmentFile; systemd ignores any other line."""
    name, equals, value = line.strip().partition("=")
    known = equals and re.fullmatch(r"[A-Za-z_]\w*", name)
    return [f"{name}={' '.join(_split(value))}"] if known else []


def _split(line: str) -> list[str]:
    """The words of a line with quotes, or the line where they do not match."""
    try:
        return shlex.split(line)
    except ValueError:
        return [line]


def _rank(file: str) -> int:
    return next((n for n, place in enumerate(_PLACES) if file.startswith(place)), len(_PLACES))


def _is_unit(file: str) -> bool:
    return "/systemd/system" in file
