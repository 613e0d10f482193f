"""Reads systemd's unit files: how dockerd is started, and on which sockets systemd listens.

configparser cannot read them: a key may appear more than once, and an empty value clears earlier
ones.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

#: The directories of units, in the order in which systemd searches them.
_SEARCH_PATH = ("/etc/", "/run/", "/usr/local/lib/", "/usr/lib/", "/lib/")
#: The keys with which a unit says what to do when it is enabled.
INSTALL = ("WantedBy", "RequiredBy", "UpheldBy", "Also", "Alias")
_UNIT_FILE = re.compile(r"\.(service|socket|timer|path|target|(auto)?mount|swap|slice)$")
#: A unit that can be started: no template without an instance.
_UNIT_NAME = re.compile(rf"[^@]+(@[^@]+)?{_UNIT_FILE.pattern}")


@dataclass(frozen=True)
class Assignment:
    """One `Key=value` of a unit file."""

    file: str
    """Its path on the machine."""
    line: int
    key: str
    value: str


def assignments(file: str, text: str) -> list[Assignment]:
    r"""Return the assignments in a unit file, with continued lines joined.

    >>> assignments("/x.conf", "[Service]\nExecStart=\nExecStart=dockerd \\\n  -H fd://")[1].value
    'dockerd    -H fd://'
    """
    results = []
    lines = iter(enumerate(text.removeprefix("\ufeff").splitlines(), 1))
    section = False
    for number, line in lines:
        section = section or line.strip().startswith("[")
        # systemd ignores an assignment before the first section.
        if line.lstrip().startswith(("#", ";")) or "=" not in line or not section:
            continue
        joined = line
        while joined.endswith("\\"):
            continued = next(lines, (0, ""))[1]
            # A comment between continued lines is skipped.
            continuation = "\\" if continued.lstrip().startswith(("#", ";")) else continued
            joined = joined[:-1] + " " + continuation
        key, value = joined.split("=", 1)
        results.append(Assignment(file, number, key.strip(), value.strip()))
    return results


def read_unit(unit: str, texts: Mapping[str, str]) -> list[Assignment]:
    """Return a unit's assignments in systemd's order: the unit file, then its drop-ins by name.

    Of two files with the same name, the one in /etc hides the one in /usr/lib.
    """
    paths = [PurePosixPath(file) for file in texts if _is_unit(file)]
    paths.sort(key=lambda path: _search_order(str(path)), reverse=True)
    unit_files = (path for path in paths if path.name == unit and path.parent.name == "system")
    unit_paths = {path.name: str(path) for path in unit_files}
    drop_ins = {
        path.name: str(path)
        for path in paths
        if path.parent.name == f"{unit}.d"
        and path.suffix == ".conf"
        and is_drop_in_directory(path.parent)
    }
    files = [*unit_paths.values(), *(drop_ins[name] for name in sorted(drop_ins))]
    return [assignment for file in files for assignment in assignments(file, texts[file])]


def in_effect(assignments: Iterable[Assignment], key: str) -> list[Assignment]:
    """Return the assignments of a key that are in effect: an empty one clears those before it."""
    values: list[Assignment] = []
    for assignment in assignments:
        if assignment.key == key:
            values = [*values, assignment] if assignment.value else []
    return values


def environment(assignments: Iterable[Assignment], texts: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a unit sets: `Environment=`, then the files that it names.

    A file that is not in `texts` sets no variable.
    """
    assignments = list(assignments)
    files = [each.value.removeprefix("-") for each in in_effect(assignments, "EnvironmentFile")]
    return {each.key: each.value for each in variables(assignments, files, texts)}


def variables(
    assignments: Iterable[Assignment], files: Iterable[str], texts: Mapping[str, str]
) -> Iterator[Assignment]:
    """Yield each `NAME=value` of a unit's `Environment=`, and then of files with variables."""
    for each in in_effect(assignments, "Environment"):
        for word in _split_words(each.value):
            if "=" in word:
                yield Assignment(each.file, each.line, *word.split("=", 1))
    for file in files:
        number = 1
        for line in texts.get(file, "").replace("\\\n", "\0").splitlines():
            for word in _parse_variable(line.replace("\0", " ")):
                yield Assignment(file, number, *word.split("=", 1))
            number += 1 + line.count("\0")


def socket_unit_names(texts: Mapping[str, str]) -> list[str]:
    """Return the names of the socket units that the files define or change."""
    paths = [PurePosixPath(file) for file in texts if _is_unit(file)]
    names = {path.name for path in paths if path.suffix == ".socket"}
    names |= {
        path.parent.name.removesuffix(".d")
        for path in paths
        if path.parent.name.endswith(".socket.d")
    }
    return sorted(names)


def unit_names(paths: Iterable[str]) -> list[str]:
    """Return the units that files define, change with a drop-in, or enable; no templates.

    >>> unit_names(["/etc/systemd/system/x.timer", "/etc/systemd/system/ssh.service.d/a.conf"])
    ['ssh.service', 'x.timer']
    >>> unit_names(["/etc/systemd/system/multi-user.target.wants/t@1.service", "/etc/init.d/a"])
    ['a.service', 't@1.service']
    """
    names = set()
    for path in map(PurePosixPath, paths):
        parent = path.parent
        if str(parent) == "/etc/init.d":
            names.add(f"{path.name}.service")
        elif str(path) == "/etc/rc.local":
            names.add("rc-local.service")
        elif is_unit_file(str(path)) or is_dependency(path):
            names.add(path.name)
        elif parent.suffix == ".d" and is_drop_in_directory(parent) and path.suffix == ".conf":
            names.add(parent.name.removesuffix(".d"))
    return sorted(name for name in names if _UNIT_NAME.fullmatch(name))


def is_unit_file(path: str) -> bool:
    """Return whether a file is a unit of the system, or a template of one; no drop-in.

    >>> is_unit_file("/lib/systemd/system/x.timer"), is_unit_file("/etc/systemd/user/x.timer")
    (True, False)
    """
    directory, _, name = path.rpartition("/")
    return directory.endswith("/systemd/system") and _UNIT_FILE.search(name) is not None


def is_dependency(path: PurePosixPath) -> bool:
    """Return whether a file is one by which a unit wants or requires another."""
    return path.parent.suffix in (".wants", ".requires", ".upholds") and is_drop_in_directory(
        path.parent
    )


def is_drop_in_directory(drop_ins: PurePosixPath) -> bool:
    """Return whether systemd reads a system unit's drop-ins from this directory."""
    return drop_ins.parent.name in ("system", "system.control", "system.attached")


def environment_files(texts: Mapping[str, str]) -> list[str]:
    """Return the paths in EnvironmentFile= of all units, whether `texts` has these files or not."""
    unit_assignments = (
        each for file in texts if _is_unit(file) for each in assignments(file, texts[file])
    )
    return [
        each.value.removeprefix("-") for each in unit_assignments if each.key == "EnvironmentFile"
    ]


def words(command: str, variables: Mapping[str, str] | None = None) -> list[str]:
    """Return the words of an ExecStart=, without systemd's prefixes and without quotes.

    Variables are replaced by their values, as far as these are known.

    >>> words("-/usr/bin/dockerd -H 'fd://' $DOCKER_OPTS")
    ['/usr/bin/dockerd', '-H', 'fd://', '$DOCKER_OPTS']
    """
    known_variables = variables or {}

    def value_of(name: re.Match[str]) -> str:
        return known_variables.get(name[1] or name[2], name[0])

    command = re.sub(r"\$(?:\{(\w+)\}|(\w+))", value_of, re.sub(r"^[-@:+!]+", "", command))
    return command.replace('"', "").replace("'", "").split()


def _parse_variable(line: str) -> list[str]:
    """Return the `NAME=value` in a line of an EnvironmentFile; systemd ignores any other line."""
    name, equals, value = line.strip().partition("=")
    is_assignment = equals and re.fullmatch(r"[A-Za-z_]\w*", name)
    return [f"{name}={' '.join(_split_words(value))}"] if is_assignment else []


def _split_words(line: str) -> list[str]:
    """Return the words of a line with quotes, or the whole line if its quotes are unbalanced."""
    try:
        return shlex.split(line)
    except ValueError:
        return [line]


def _search_order(file: str) -> int:
    return next(
        (n for n, place in enumerate(_SEARCH_PATH) if file.startswith(place)), len(_SEARCH_PATH)
    )


def _is_unit(file: str) -> bool:
    return "/systemd/system" in file
