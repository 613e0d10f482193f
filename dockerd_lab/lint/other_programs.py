"""Tells what files of other programs leave as it is: whether dockerd starts, and who gets in.

A program that listens could take dockerd's port: with TCP hosts of dockerd's own, none is left out
of account.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from dockerd_lab.config import units
from dockerd_lab.config.paths import DOCKER_SOCKET
from dockerd_lab.config.readers import reader_of
from dockerd_lab.config.units import Assignment
from dockerd_lab.lint.commands import leaves_docker_alone
from dockerd_lab.lint.host_files import has_no_bearing
from dockerd_lab.lint.notes import CLOSES, LISTENS, OPENS, STARTS

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
    r"|AccuracySec|Unit|Timeout\w*Sec|SyslogIdentifier|WorkingDirectory"
)
#: What containerd's unit may say without a bearing on dockerd.
_CONTAINERD_KEYS = re.compile(
    r"Description|Documentation|After|WantedBy|Type|Restart\w*|KillMode|Delegate|Limit\w+|Tasks\w+"
    r"|OOM\w+|Nice|IO\w+|CPU\w+|Memory\w+|Timeout\w*Sec|ExecStart(Pre)?|Environment"
)
_CONTAINERD_COMMANDS = re.compile(r"|-?(/usr)?/sbin/modprobe overlay|/usr/bin/containerd")
_PROXY_VARIABLES = re.compile(
    r"([\"']?(HTTPS?|NO|ALL|https?|no|all)_(PROXY|proxy)=[^\s\"']*[\"']?\s*)+"
)
#: Commands that listen, and neither stop dockerd nor change its files.
_LISTENING = re.compile(
    rf"(chmod [\w+=-]+ (/var)?{DOCKER_SOCKET}"
    r"|(socat|ncat|nc) (?!.*(exec|system|shell|-[a-z]*[ec] ))[\w :,./=@-]+"
    r"|systemd-socket-proxyd [\w :,./=@-]+|ssh -N [\w :,./=@-]+)",
    re.IGNORECASE,
)
#: Units whose programs a machine needs for what lint takes for granted, such as a firewall.
_NEEDED = re.compile(
    r".*/(nftables|netfilter-persistent|ip6?tables|ufw|firewalld|shorewall6?|ferm|fail2ban|nginx|ssh"
    r"|dbus|network\S*|systemd-[^/]*)\.\w+(\.d/[^/]+)?"
)
#: What a drop-in changes of a program that another file names.
_OF_PROGRAM = re.compile(r"User|Group|SupplementaryGroups|DynamicUser|NoNewPrivileges|Type")
_WANTS = ("Wants", "Requires", "BindsTo", "Unit")
#: Units that every machine has, and that a unit may want without a bearing on Docker.
_WANTED = re.compile(
    r"docker\.(service|socket)|containerd\.service|[\w-]+\.target|systemd-[\w-]+\.service"
)


def questions_of(file: str, texts: Mapping[str, str], *, has_tcp: bool) -> tuple[str, ...]:
    """Return the questions on which a file that lint does not read may have a bearing.

    `has_tcp` says that dockerd has a TCP port of its own, which another program could take.
    """
    text = texts.get(file)
    if has_no_bearing(file, text):
        return ()
    everything = (STARTS, LISTENS, OPENS, CLOSES)
    if text is None:
        return everything
    if _CONTAINERD.fullmatch(file):
        return () if all(map(_is_plain, units.assignments(file, text))) else everything
    if _UNIT.fullmatch(file):
        lines = units.assignments(file, text)
        if _is_idle_unit(file, lines, texts):
            return ()
        leaves_start = all(map(_leaves_start, lines))
    elif _AT_LOGIN.fullmatch(file):
        leaves_start = True
    else:
        reader = reader_of(file)
        leaves_start = reader is not None and reader.name in _FORWARDING
    return (LISTENS, OPENS, CLOSES) if leaves_start and not has_tcp else everything


def _is_plain(each: Assignment) -> bool:
    """Return whether a line of containerd's unit leaves it where dockerd expects it."""
    if each.key.startswith("Exec"):
        return _CONTAINERD_COMMANDS.fullmatch(each.value) is not None
    if each.key == "Environment":
        return not each.value or _PROXY_VARIABLES.fullmatch(each.value) is not None
    if each.key in ("After", "WantedBy"):
        return "docker" not in each.value
    return _CONTAINERD_KEYS.fullmatch(each.key) is not None


def _is_idle_unit(file: str, lines: list[Assignment], texts: Mapping[str, str]) -> bool:
    """Return whether a file of another unit neither concerns Docker nor lets anybody in."""
    if ".socket" in file or _NEEDED.fullmatch(file) or not all(map(_is_idle, lines)):
        return False
    is_drop_in = file.endswith(".conf")
    if is_drop_in and any(_OF_PROGRAM.fullmatch(each.key) for each in lines):
        return False
    wanted = [name for each in lines if each.key in _WANTS for name in each.value.split()]
    name = PurePosixPath(file).name
    if not is_drop_in and name.endswith((".timer", ".path")) and not _units_named(lines):
        wanted.append(re.sub(r"\.\w+$", ".service", name))
    own = {PurePosixPath(each).name for each in texts if units.is_unit_file(each)}
    return all(each in own or _WANTED.fullmatch(each) for each in wanted)


def _units_named(lines: list[Assignment]) -> list[str]:
    """Return the units that a timer or a path names, which then starts none of its own name."""
    return [each.value for each in lines if each.key == "Unit"]


def _is_idle(each: Assignment) -> bool:
    """Return whether a line of another unit neither concerns Docker nor lets anybody in."""
    if not each.key.startswith("Exec"):
        return _leaves_start(each) and not each.key.startswith("Listen")
    return not each.value or leaves_docker_alone(each.value.lstrip("-@+!:|"))


def _leaves_start(each: Assignment) -> bool:
    """Return whether a line of another unit has no bearing on docker.service."""
    if not _KEYS.fullmatch(each.key):
        return False
    if each.key in ("WantedBy", "Unit"):
        return "docker" not in each.value.replace("docker-", "")
    if each.key.startswith("Listen"):
        return PurePosixPath(each.value).name != PurePosixPath(DOCKER_SOCKET).name
    if each.key.startswith("Exec"):
        command = each.value.lstrip("-@!+:|")
        program, _, arguments = command.partition(" ")
        text = f"{PurePosixPath(program).name} {arguments}".strip()
        return bool(_LISTENING.fullmatch(text)) or leaves_docker_alone(command) or not command
    return True
