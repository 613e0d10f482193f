"""Tells what files of other programs leave as it is: whether dockerd starts, and who gets in.

A program that listens could take dockerd's port: with TCP hosts of dockerd's own, none is left out
of account.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DOCKER_SOCKET, FIREWALLS
from dockerd_lab.config.readers import reader_of
from dockerd_lab.config.units import Assignment
from dockerd_lab.lint.bridges import is_bridge
from dockerd_lab.lint.commands import leaves_docker_alone, socket_change
from dockerd_lab.lint.host_files import (
    CONTAINERD,
    has_no_bearing,
    only_listens_more,
    only_turns_ipv6_off,
)
from dockerd_lab.lint.notes import CLOSES, LISTENS, OPENS, STARTS, Notes

#: Programs that listen and forward, and have nothing to do with dockerd's start.
_FORWARDING = ("HAProxy", "Caddy", "Apache", "lighttpd", "stunnel", "Traefik", "Envoy")
#: Files that are read when somebody logs in.
_AT_LOGIN = re.compile(r"/etc/(pam\.d|security)/[\w.-]+")
_UNIT = re.compile(
    r"(/etc|/usr/lib|/lib)/systemd/system/(?!docker|containerd|service|socket|target)"
    r"[\w@.-]+\.(service|socket|timer|path|target)(\.d/[\w-]+\.conf)?"
    r"|/etc/systemd/system/docker[\w-]+@?\.(service|socket|timer|path)"
)
_CONTAINERD = re.compile(
    r"(/etc|/usr/lib|/lib)/systemd/system/containerd\.service(\.d/[\w-]+\.conf)?"
)
#: What a unit may say without a bearing on docker.service.
_KEYS = re.compile(
    r"Description|Documentation|After|Requires|Wants|BindsTo|Condition\w+|WantedBy|DefaultInstance"
    r"|Type|Restart\w*|User|Group|SupplementaryGroups|Standard\w+|IPAddress(Allow|Deny)|Exec\w+"
    r"|ListenStream|ListenDatagram|Socket(Mode|User|Group)|Accept|RemainAfterExit|Nice|IO\w+|CPU\w+"
    r"|On\w+Sec|OnCalendar|Persistent|RandomizedDelaySec|Path\w+|DynamicUser|NoNewPrivileges"
    r"|AccuracySec|Unit|PartOf|Timeout\w*Sec|SyslogIdentifier|WorkingDirectory"
)
#: What containerd's unit may say without a bearing on dockerd.
_CONTAINERD_KEYS = re.compile(
    r"Description|Documentation|After|WantedBy|Type|Restart\w*|KillMode|Delegate|Limit\w+|Tasks\w+"
    r"|OOM\w+|Nice|IO\w+|CPU\w+|Memory\w+|Timeout\w*Sec|ExecStart(Pre)?|Environment"
)
_CONTAINERD_COMMANDS = re.compile(r"|-?(/usr)?/sbin/modprobe overlay|/usr/bin/containerd")
_PROXY_VARIABLE = r"[\"']?(?:HTTPS?|NO|ALL|https?|no|all)_(?:PROXY|proxy)=[^\s\"']*[\"']?"
_PROXY_VARIABLES = re.compile(rf"{_PROXY_VARIABLE}(?:\s+{_PROXY_VARIABLE})*")
#: Commands that listen, and neither stop dockerd nor change its files.
_LISTENING = re.compile(
    r"((socat|ncat|nc) (?!.*(exec|system|shell|-[a-z]*[ec] ))[\w :,./=@-]+"
    r"|docker (compose|start|stop|restart|pull|rm|run|container|network)( [\w :,./=@%${}-]*)?"
    r"|systemd-socket-proxyd [\w :,./=@-]+|ssh -N [\w :,./=@-]+)",
    re.IGNORECASE,
)
#: Units whose programs a machine needs for what lint takes for granted, such as a firewall.
_NEEDED = re.compile(
    r".*/(nftables|netfilter-persistent|ip6?tables|ufw|firewalld|shorewall6?|ferm|fail2ban|nginx"
    r"|network\S*|systemd-[^/]*)\.\w+(\.d/[^/]+)?"
)
#: What a drop-in changes of a program that another file names.
_OF_PROGRAM = re.compile(r"User|Group|SupplementaryGroups|DynamicUser|NoNewPrivileges|Type")
_EVERYTHING = (STARTS, LISTENS, OPENS, CLOSES)
#: Drop-ins of services that run on every machine.
_RUNNING = re.compile(r"(ssh|cron|systemd-journald|systemd-logind|dbus)\.service\.d")
_RUN_KEYS = ("ExecStart", "ExecStartPre", "ExecStartPost")
#: Programs of the host's own, of which a machine without them shows nothing.
_OF_HOST = re.compile(r"/(opt|usr/local|srv|home)/[\w./+-]+")
_WANTS = ("Wants", "Requires", "BindsTo", "Unit")
#: Units that every machine has, and that a unit may want without a bearing on Docker.
_WANTED = re.compile(
    r"docker\.(service|socket)|containerd\.service|[\w-]+\.target|systemd-[\w-]+\.service"
)


def questions_of(
    file: str, texts: Mapping[str, str], notes: Notes, *, has_tcp: bool
) -> tuple[str, ...]:
    """Return the questions on which a file that lint does not read may have a bearing.

    `has_tcp` says that dockerd has a TCP port of its own, which another program could take. What is
    taken for granted goes into `notes`.
    """
    text = texts.get(file)
    if has_no_bearing(file, text):
        return ()
    found: set[str] = {*_EVERYTHING}
    if file == CONTAINERD and only_listens_more(text or "="):
        found = {LISTENS, OPENS}
    elif text is not None and only_turns_ipv6_off(file, text):
        # In which family dockerd listens then, and whether rules for IPv4 are all that it needs.
        return (LISTENS, CLOSES) if any(map(texts.get, FIREWALLS)) else (LISTENS,)
    elif text is not None and _CONTAINERD.fullmatch(file):
        found = {*()} if all(map(_is_plain, units.assignments(file, text))) else found
    elif text is not None and _UNIT.fullmatch(file):
        found = _questions_of_unit(file, units.assignments(file, text), texts, notes)
    elif text is not None and (_AT_LOGIN.fullmatch(file) or _is_forwarding(file)):
        found = {LISTENS, OPENS, CLOSES}
    if LISTENS in found and has_tcp:
        found.add(STARTS)
    return tuple(each for each in _EVERYTHING if each in found)


def _is_forwarding(file: str) -> bool:
    reader = reader_of(file)
    return reader is not None and reader.name in _FORWARDING


def opened_by_units(texts: Mapping[str, str]) -> Assignment | None:
    """Return the line of another unit by which every user of the machine may use docker.sock."""
    files = (file for file in texts if _UNIT.fullmatch(file))
    lines = (_opening(file, units.assignments(file, texts[file]), texts) for file in files)
    return next((line for line in lines if line is not None), None)


def _opening(file: str, lines: list[Assignment], texts: Mapping[str, str]) -> Assignment | None:
    """Return the line of a unit that opens docker.sock, if the unit is sure to run after docker."""
    keys = {each.key for each in lines}
    if any(key.startswith(("Condition", "Assert", "User", "DynamicUser")) for key in keys):
        return None
    names = [name for each in lines if each.key == "After" for name in each.value.split()]
    if file.endswith(".conf"):
        is_run = _RUNNING.fullmatch(PurePosixPath(file).parent.name) is not None
    elif "WantedBy" in keys:
        is_run = any(name.startswith("docker.") for name in names)
    else:
        is_run = PurePosixPath(file).stem in _triggered(texts)
    changes = ((each, socket_change(_command(each))) for each in lines if each.key in _RUN_KEYS)
    opening = (each for each, change in changes if change and change.opens and not change.is_late)
    return next(opening, None) if is_run else None


def _triggered(texts: Mapping[str, str]) -> set[str]:
    """Return the names, without a type, of the services that other units of the input start."""
    names: set[str] = set()
    for file in texts:
        if not _UNIT.fullmatch(file):
            continue
        lines = units.assignments(file, texts[file])
        wanted = [name for each in lines if each.key in _WANTS for name in each.value.split()]
        names |= {PurePosixPath(name).stem for name in wanted}
        if file.endswith((".timer", ".path")) and not any(each.key == "Unit" for each in lines):
            names.add(PurePosixPath(file).stem)
    return names


def _is_plain(each: Assignment) -> bool:
    """Return whether a line of containerd's unit leaves it where dockerd expects it."""
    if each.key.startswith("Exec"):
        return _CONTAINERD_COMMANDS.fullmatch(each.value) is not None
    if each.key == "Environment":
        return not each.value or _PROXY_VARIABLES.fullmatch(each.value) is not None
    if each.key in ("After", "WantedBy"):
        return "docker" not in each.value
    return _CONTAINERD_KEYS.fullmatch(each.key) is not None


def _questions_of_unit(
    file: str, lines: list[Assignment], texts: Mapping[str, str], notes: Notes
) -> set[str]:
    """Return the questions on which a file of another unit may have a bearing."""
    opening = _opening(file, lines, texts)
    found = {
        question
        for each in lines
        if each is not opening
        for question in _questions_of_line(each, texts, notes)
    }
    has_drop_in = any(each.startswith(f"{file}.d/") for each in texts)
    if not has_drop_in and any(is_bridge(each, lines) for each in lines):
        return {LISTENS}  # it depends on socat's version in which family it listens
    is_drop_in = file.endswith(".conf")
    wanted = [name for each in lines if each.key in _WANTS for name in each.value.split()]
    name = PurePosixPath(file).name
    if name.endswith((".timer", ".path")) and not any(each.key == "Unit" for each in lines):
        wanted.append(re.sub(r"\.\w+$", ".service", name))
    own = {PurePosixPath(each).name for each in texts if units.is_unit_file(each)}
    is_foreign = is_drop_in and any(_OF_PROGRAM.fullmatch(each.key) for each in lines)
    is_foreign = is_foreign or not all(each in own or _WANTED.fullmatch(each) for each in wanted)
    if is_foreign or ".socket" in file or _NEEDED.fullmatch(file):
        found |= {LISTENS, OPENS, CLOSES}
    return found


def _questions_of_line(each: Assignment, texts: Mapping[str, str], notes: Notes) -> Collection[str]:
    """Return the questions on which a line of another unit may have a bearing."""
    if not _KEYS.fullmatch(each.key):
        return _EVERYTHING
    if each.key in ("WantedBy", "Unit"):
        return _EVERYTHING if "docker" in each.value.replace("docker-", "") else ()
    if each.key.startswith("Listen"):
        is_docker = PurePosixPath(each.value).name == PurePosixPath(DOCKER_SOCKET).name
        return _EVERYTHING if is_docker else (LISTENS, OPENS, CLOSES)
    command = _command(each)
    is_command = each.key.startswith("Exec") and bool(command)
    return _questions_of_command(command, texts, notes) if is_command else ()


def _questions_of_command(command: str, texts: Mapping[str, str], notes: Notes) -> Collection[str]:
    """Return the questions on which a command of another unit may have a bearing."""
    if leaves_docker_alone(command):
        return ()
    if socket_change(command) is not None:
        return (OPENS,)
    program, _, arguments = command.partition(" ")
    is_of_host = _OF_HOST.fullmatch(program) is not None and program not in texts
    if is_of_host:
        notes.assume(f"{program} leaves dockerd as it is: it is not in the input")
    is_listening = _LISTENING.fullmatch(f"{PurePosixPath(program).name} {arguments}".strip())
    return (LISTENS, OPENS, CLOSES) if is_of_host or is_listening else _EVERYTHING


def _command(each: Assignment) -> str:
    """Return a line's command, without systemd's prefixes."""
    return each.value.lstrip("-@+!:|")
