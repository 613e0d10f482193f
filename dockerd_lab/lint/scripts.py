"""Tells whether a script does only what lint knows: restart services, and give nginx the socket."""

import re
from collections.abc import Mapping

from dockerd_lab.config.dockerd_command import DockerdCommand, parse_dockerd_command
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.input import Input

#: Scripts beside a case's files that put it into effect; the others show or mend something.
_NAMES = ("provision.sh", "restart.sh", "start.sh")
_SERVICES = r"(docker|nginx|nftables|containerd)(\.service)?"
#: Commands after which only the installed files count.
_KNOWN = re.compile(
    r"set -[eux]+|systemctl daemon-reload"
    rf"|systemctl (enable( --quiet)?( --now)?|restart|start|reload) {_SERVICES}"
    r"|systemctl stop docker(\.service)? docker\.socket"
    r"|systemctl start docker\.socket( docker(\.service)?)?"
    r"|systemctl restart docker\.socket"
    r"|usermod (--append|-a) (--groups|-G) docker www-data|usermod -aG docker www-data"
    r"|rm -f /etc/nginx/sites-enabled/default"
    r"|curl -\w+( --max-time \d+)? http://127\.0\.0\.1:\d+/_ping"
)


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


def unknown_command(script: str) -> str | None:
    """Return the first command of a script of which lint does not know what it does."""
    commands = _commands(script)
    if not any("start docker.socket" in each for each in commands):
        stopped = next((each for each in commands if each.startswith("systemctl stop")), None)
        if stopped is not None:
            return stopped
    return next((each for each in commands if not _KNOWN.fullmatch(each)), None)


def _commands(script: str) -> list[str]:
    lines = (line.strip() for line in script.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
