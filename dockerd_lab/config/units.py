"""Reads systemd's unit files: how dockerd is started, and on which sockets systemd listens.

configparser cannot read them: a key may appear more than once, and an empty value clears earlier
ones. Where systemd looks for units and drop-ins, and in which order, is in systemd.unit(5).
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
#: The types of units that files define.
TYPES = ("service", "socket", "timer", "path", "target", "mount", "automount", "swap", "slice")
_UNIT_FILE = re.compile(rf"\.({'|'.join(TYPES)})$")
#: Where a drop-in of many units lies: of all of a type, or of those whose names begin alike.
SHARED_DROP_INS = tuple(
    f"*/systemd/system*/{start}{kind}.d/*.conf" for kind in TYPES for start in ("", "*-.")
)
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

    Of two files with the same name, the one in /etc hides the one in /usr/lib. Of two drop-ins, one
    of all units of a type is hidden by any other.
    """
    paths = [PurePosixPath(file) for file in texts if _is_unit(file)]
    paths.sort(key=lambda path: _search_order(str(path)), reverse=True)
    unit_files = (path for path in paths if path.name == unit and path.parent.name == "system")
    unit_paths = {path.name: str(path) for path in unit_files}
    directories = drop_in_directories(unit)
    of_unit = [path for path in paths if is_drop_in(path) and path.parent.name in directories]
    of_unit.sort(
        key=lambda path: (
            path.parent.name != directories[-1],
            -_search_order(str(path)),
            -directories.index(path.parent.name),
        )
    )
    drop_ins = {path.name: str(path) for path in of_unit}
    files = [*unit_paths.values(), *(drop_ins[name] for name in sorted(drop_ins))]
    return [assignment for file in files for assignment in assignments(file, texts[file])]


def drop_in_directories(unit: str) -> list[str]:
    """Return the names of the directories with a unit's drop-ins, the most specific first.

    >>> drop_in_directories("a-b.service")
    ['a-b.service.d', 'a-.service.d', 'service.d']
    >>> drop_in_directories("a-b@c.service")
    ['a-b@c.service.d', 'a-b@.service.d', 'a-@c.service.d', 'a-@.service.d', 'service.d']
    """
    name, _, kind = unit.rpartition(".")
    prefix, at, instance = name.partition("@")
    dashes = [n for n, letter in enumerate(prefix[:-1], 1) if letter == "-"]
    prefixes = [prefix, *(prefix[:n] for n in reversed(dashes))]
    ends = dict.fromkeys([at + instance, at])
    return [*(f"{each}{end}.{kind}.d" for each in prefixes for end in ends), f"{kind}.d"]


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
    """Return the names of the socket units that the files define or change.

    Drop-ins of all sockets change docker.socket.
    """
    names = unit_names(file for file in texts if _is_unit(file))
    templates = (PurePosixPath(file).name for file in texts if is_unit_file(file))
    return sorted({name for name in (*names, *templates) if name.endswith(".socket")})


def unit_names(paths: Iterable[str]) -> list[str]:
    """Return the units that files define, change with a drop-in, or enable; no templates.

    Of the units that a drop-in of all services or sockets changes, docker's own is one.

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
        elif is_drop_in(path):
            unit = parent.name.removesuffix(".d")
            names.add(f"docker.{unit}" if unit in ("service", "socket") else unit)
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


def is_drop_in(path: PurePosixPath) -> bool:
    """Return whether a file is a drop-in of one unit of the system, or of several."""
    directory = path.parent
    return path.suffix == ".conf" and directory.suffix == ".d" and is_drop_in_directory(directory)


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
