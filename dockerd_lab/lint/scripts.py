"""Tells what a script does, as far as it does only what lint knows.

Restarting services, giving nginx the socket, and a few changes of which the result is certain.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dockerd_lab.config.dockerd_command import DockerdCommand, parse_dockerd_command
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.notes import OPENS, Notes

#: Scripts beside a case's files that put it into effect; the others show or mend something.
_NAMES = ("provision.sh", "restart.sh", "start.sh")
_SERVICES = r"(docker|nginx|nftables|containerd|ssh)(\.service)?"
_DOCKER = r"docker(\.service)?"
_OWN = rf"({_DOCKER}|docker\.socket)"
_PATH = r"(?:/[\w-][\w.-]*)+"
#: Commands after which only the installed files count.
_KNOWN = re.compile(
    r"set -[eux]+|systemctl daemon-reload"
    rf"|systemctl (enable( --quiet)?( --now)?|restart|start|reload) {_SERVICES}"
    rf"|systemctl (start|restart|is-active) {_OWN}( {_OWN})?"
    r"|rm -f /etc/nginx/sites-enabled/default"
    r"|curl -\w+( --max-time \d+)? http://127\.0\.0\.1:\d+/_ping"
    # An account without a password: nobody logs in before there is a key for it.
    r"|(id( -u)? [\w-]+ (&>|>)/dev/null( 2>&1)? \|\| )?"
    r"useradd( --create-home| -m| (--shell|-s) \S+| (--groups|-G) docker| --user-group| -U)* [\w-]+"
    r"|usermod (-aG|-a -G|--append --groups) docker [\w-]+"
    r"|install -d( -[ogm] [\w-]+)* /home/[\w-]+(/\.ssh)?"
)
#: Commands that give somebody the daemon, and change neither its start nor its listeners.
_OPENS = re.compile(r"install( -[ogm] [\w-]+)* /etc/ssh/[\w.-]+ /home/[\w-]+/\.ssh/authorized_keys")
_STOP = re.compile(rf"systemctl stop ({_OWN})( ({_OWN}))?")
_MASK = re.compile(rf"systemctl mask( --quiet)? {_DOCKER}")
_MKDIR = re.compile(rf"mkdir -p ({_PATH})")
_RESTART = re.compile(rf"systemctl restart {_DOCKER}")
_LOOP = re.compile(r"for _ in ([\d ]+); do")
#: systemd's own limit of starts, of Debian's and of Docker's unit.
_BURST = 3


@dataclass
class Effects:
    """What scripts do besides putting the files into effect."""

    directories: list[str] = field(default_factory=list)
    """The directories that they make."""
    closed: bool = False
    """Whether they stop docker.socket; docker.service starts it again if it needs it."""
    exhausts: bool = False
    """Whether they start docker.service so often that systemd gives up if it fails."""


def read_scripts(inputs: Input) -> Mapping[str, str]:
    """Return the texts of the scripts that put an input into effect, by name."""
    scripts = {name: inputs.scripts[name] for name in _NAMES if name in inputs.scripts}
    if inputs.provision is not None:
        scripts["--provision"] = inputs.provision.decode(errors="replace")
    return scripts


def started_by_hand(scripts: Mapping[str, str]) -> DockerdCommand | None:
    """Return the dockerd that a case's start.sh runs, if that is all that it does."""
    commands = _commands(scripts.get("start.sh", ""))
    if len(commands) != 1:
        return None
    try:
        return parse_dockerd_command(commands[0])
    except BadInput:
        return None


def check_scripts(scripts: Mapping[str, str], notes: Notes, *, by_hand: bool) -> Effects:
    """Return what scripts do, and note it; `by_hand` says that start.sh only starts dockerd.

    A command that is not known may change anything.
    """
    effects = Effects()
    for name, script in scripts.items():
        if by_hand and name == "start.sh":
            continue
        command = _read(script, effects, notes)
        if command is not None:
            notes.doubt(f"{name} runs `{command[:60]}`, which may change anything")
            notes.may_change = True
    return effects


def _read(script: str, effects: Effects, notes: Notes) -> str | None:
    """Take in what a script does; return the first command that is not known."""
    stopped: set[str] = set()
    in_loop = False
    for command in _commands(script):
        if in_loop and command == "done":
            in_loop = False
        elif in_loop and not _RESTART.fullmatch(command):
            return command
        elif match := _LOOP.fullmatch(command):
            in_loop = True
            effects.exhausts = effects.exhausts or len(match[1].split()) > _BURST
        elif not _take(command, effects, notes, stopped):
            return command
    if {"docker", "docker.socket"} <= stopped:  # with its socket alone, a client starts it
        notes.fail("docker.service is stopped, and not started again")
    effects.closed = effects.closed or "docker.socket" in stopped
    return "for" if in_loop else None


def _take(command: str, effects: Effects, notes: Notes, stopped: set[str]) -> bool:
    """Take in what a command does, and what is stopped after it; return whether that is known."""
    units = {each.removesuffix(".service") for each in command.split()[2:]}
    if _STOP.fullmatch(command):
        stopped |= units
    elif _MASK.fullmatch(command):
        notes.fail("Failed to start docker.service: Unit docker.service is masked.")
    elif match := _MKDIR.fullmatch(command):
        effects.directories.append(match[1])
    elif _KNOWN.fullmatch(command):
        if command.startswith(("systemctl start", "systemctl restart")):
            stopped -= units
    elif _OPENS.fullmatch(command):
        notes.doubt(f"who logs in as the user of `{command[:60]}`", None, OPENS)
    else:
        return False
    return True


def _commands(script: str) -> list[str]:
    lines = (line.strip() for line in script.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
