"""Works out where docker.socket listens, and which users of the machine may connect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.config.units import Assignment
from dockerd_lab.config.value import Place, Value
from dockerd_lab.lint.hosts import Door
from dockerd_lab.lint.notes import CLOSES, OPENS, Notes
from dockerd_lab.lint.service import SERVICE, socket_mode

SOCKET = "docker.socket"
#: systemd's own name, as netstat shows the owner of an activated socket.
OWNER = "init"
_HARMLESS = re.compile(
    r"Description|Documentation|PartOf|After|Before|WantedBy|Also|RemoveOnStop|Backlog"
    r"|ListenStream|SocketMode|SocketUser|SocketGroup|NoDelay|KeepAlive"
)
#: Of an address without a host: systemd listens for IPv4, too, unless the kernel says otherwise.
_BOTH_FAMILIES = ("both", "default")
_ADDRESS = re.compile(r"(?:(?P<four>\d+(?:\.\d+){3})|\[(?P<six>[0-9a-fA-F:]+)\]):(?P<port>\d{1,5})")
#: What systemd never takes for an address: the words of dockerd's own hosts.
_URL = re.compile(r"(tcp|unix|fd|https?)://")
#: Groups of which no ordinary user is a member.
CLOSED_GROUPS = ("docker", "root", "")
_OTHERS_WRITE = 0o002
_SOCKET_FILE = re.compile(r"/etc/systemd/system/(?!docker\.socket)[\w-]+\.socket")
_OTHER_UNIT = re.compile(r"/systemd/system/(?!docker\.(service|socket))")


@dataclass(frozen=True)
class Sockets:
    """The listeners of docker.socket."""

    doors: tuple[Door, ...] = ()
    open_to_all: Assignment | None = None
    """The SocketMode= with which every user of the machine may connect."""


def read_sockets(texts: Mapping[str, str], notes: Notes) -> Sockets:
    """Return the listeners of docker.socket; `texts` has the packaged unit as well."""
    unit = units.read_unit(SOCKET, texts)
    for each in unit:
        is_both = each.key == "BindIPv6Only" and each.value in _BOTH_FAMILIES
        if not _HARMLESS.fullmatch(each.key) and not is_both and each.value:
            notes.doubt(f"{each.key}= in docker.socket: lint does not know it", _place(each))
    doors = []
    for stream in units.in_effect(unit, "ListenStream"):
        door = _door(stream, notes)
        if door is not None:
            doors.append(door)
    if unit and not doors:
        notes.doubt("docker.socket has no address on which it listens", _place(unit[-1]))
    for file in texts:
        lines = further_socket(file, texts)
        found = (_door(each, notes) for each in lines if each.key == "ListenStream" and each.value)
        doors += [door for door in found if door is not None]
    return Sockets(tuple(doors), _open_to_all(unit, notes))


def further_socket(file: str, texts: Mapping[str, str]) -> list[Assignment]:
    """Return the lines of another socket unit with which systemd starts docker.service; else none.

    dockerd takes all such sockets for fd://.
    """
    if not _SOCKET_FILE.fullmatch(file) or any(each.startswith(f"{file}.d/") for each in texts):
        return []
    lines = units.assignments(file, texts[file])
    services = [each.value for each in lines if each.key == "Service"]
    is_enabled = any(each.key == "WantedBy" for each in lines)
    known = all(
        _HARMLESS.fullmatch(each.key)
        or each.key == "Service"
        or (each.key == "BindIPv6Only" and each.value in _BOTH_FAMILIES)
        for each in lines
    )
    is_cleared = any(each.key == "ListenStream" and not each.value for each in lines)
    return lines if services == [SERVICE] and is_enabled and known and not is_cleared else []


def opened_after_start(sockets: Sockets, texts: Mapping[str, str], notes: Notes) -> Sockets:
    """Return the listeners with the mode that docker.service gives its socket once it runs."""
    changes = [each for each in units.read_unit(SERVICE, texts) if socket_mode(each) is not None]
    if not changes:
        return sockets
    mode = socket_mode(changes[-1]) or 0
    paths = [door.address for door in sockets.doors if door.family == "unix"]
    if paths != [DOCKER_SOCKET] or (sockets.open_to_all and not mode & _OTHERS_WRITE):
        reason = f"who may use the socket after `{changes[-1].value[:60]}`"
        notes.doubt(reason, _place(changes[-1]), OPENS, CLOSES)
        return sockets
    return replace(sockets, open_to_all=changes[-1]) if mode & _OTHERS_WRITE else sockets


def opened_by_others(sockets: Sockets, texts: Mapping[str, str], notes: Notes) -> Sockets:
    """Return the listeners with the mode that another unit gives docker.sock."""
    if not any(map(_OTHER_UNIT.search, texts)):
        return sockets
    # Imported here: most inputs have no other unit.
    from dockerd_lab.lint.other_programs import opened_by_units  # noqa: PLC0415

    line = opened_by_units(texts)
    paths = [door.address for door in sockets.doors if door.family == "unix"]
    if line is not None and paths != [DOCKER_SOCKET]:
        notes.doubt(f"who may use the socket after `{line.value[:60]}`", _place(line), OPENS)
    return replace(sockets, open_to_all=line) if line and paths == [DOCKER_SOCKET] else sockets


def starts_socket(texts: Mapping[str, str]) -> bool:
    """Return whether docker.service starts docker.socket, which it needs."""
    unit = units.read_unit(SERVICE, texts)
    needed = [each.value.split() for each in unit if each.key in ("Requires", "BindsTo", "Wants")]
    return any(SOCKET in names for names in needed)


def _door(stream: Assignment, notes: Notes) -> Door | None:
    value = Value(stream.value, _place(stream))
    text = stream.value.replace("%t", "/run")
    if re.fullmatch(r"/[\w./@:+-]+", text):
        path = str(PurePosixPath(text))
        path = re.sub("^/var/run/", "/run/", path)  # systemd warns, and takes the new path
        return Door("unix", path, 0, OWNER, value)
    if re.fullmatch(r"\d{1,5}", text):
        return Door("tcp6", "::", int(text), OWNER, value)
    match = _ADDRESS.fullmatch(text)
    if match is None or not 0 < int(match["port"]) <= 65535:  # noqa: PLR2004
        message = f"{stream.file}:{stream.line}: Failed to parse address value, ignoring: {text}"
        if _URL.match(text):
            notes.complain(message, value.place, text)
        else:
            notes.doubt(f"systemd: {message}", value.place)
        return None
    if match["four"]:
        return Door("tcp", match["four"], int(match["port"]), OWNER, value)
    return Door("tcp6", match["six"], int(match["port"]), OWNER, value)


def _open_to_all(unit: list[Assignment], notes: Notes) -> Assignment | None:
    """Return the SocketMode= that lets in every user; note what lint cannot judge."""
    for key, closed in (("SocketUser", ("root", "0")), ("SocketGroup", CLOSED_GROUPS)):
        for each in units.in_effect(unit, key)[-1:]:
            if each.value not in closed:
                reason = f"who is {each.value}, to whom {key}= gives the socket"
                # A missing group is added by `validate`, a missing user is not.
                notes.doubt(reason, _place(each), *((OPENS,) if key == "SocketGroup" else ()))
    for each in units.in_effect(unit, "SocketMode")[-1:]:
        if not re.fullmatch("0?[0-7]{3}", each.value):
            notes.doubt(f"SocketMode={each.value} is not read", _place(each))
        elif int(each.value, 8) & _OTHERS_WRITE:
            return each
    return None


def _place(each: Assignment) -> Place:
    return Place(each.file, each.line)
