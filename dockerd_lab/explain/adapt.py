"""Adapts steps that were written for Linux with systemd to the system that a log shows.

A step for one system only is taken as it is. Of the others, stereotyped commands are translated
line by line; lines that another system does not know are left out, and where nothing is left of a
machine's steps, what helps on that system in general stands in their place.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from dockerd_lab.explain.model import Step

#: A pattern, and what stands in its place.
Rule = tuple[str, str | Callable[[re.Match[str]], str]]

_OPENRC: list[Rule] = [
    (r"sudo systemctl daemon-reload *(?:&&|;)? *", ""),
    (r"sudo systemctl reset-failed(?: docker[.\w]*)+ *(?:;|&&)? *", ""),
    (
        r"sudo systemctl enable --now ([a-z-]+)[\w.]*(?: docker[.\w]*)*",
        r"sudo rc-update add \1 default; sudo rc-service \1 start",
    ),
    (
        r"sudo systemctl (start|stop|restart|reload) ([a-z-]+)[\w.]*(?: docker[.\w]*)*",
        r"sudo rc-service \2 \1",
    ),
    (
        r"systemctl (?:status|is-active) ([a-z-]+)[\w.]*(?: docker[.\w]*)*(?: --[\w-]+)*",
        "rc-status",
    ),
    (r"(?:sudo )?journalctl [^|;#\n]*-u docker[^|;#\n]*", "sudo tail -n 200 /var/log/docker.log "),
    (r"sudo apt-get install", "sudo apk add"),
]
_POWERSHELL: list[Rule] = [
    (r"\bHOST=(\S+)", r'$server = "\1"'),
    (r"\$HOST\b", "${server}"),  # $HOST is PowerShell's own
    (r"\bexport ((?:\w+=\S+ ?)+)", lambda match: _exports(match[1])),
    (r"\bunset ((?:[A-Z_]+ ?)+)", lambda match: _unsets(match[1])),
    (r'echo "\$(\w+)"', r"$env:\1"),
    (r'"\$USER"@', "$env:USERNAME@"),
    (r"\benv \| grep -i proxy", "Get-ChildItem Env:*proxy*"),
    (r"\benv \| grep \S*DOCKER\S*", "Get-ChildItem Env:DOCKER*"),
    (r"\bnc -vz -w 3 (\S+) (\d+)", r"Test-NetConnection \1 -Port \2"),
    (r"\bgetent hosts (\S+)", r"Resolve-DnsName \1"),
    (r"\b(?:command -v|type) ", "Get-Command "),
    (r"\bcurl -", "curl.exe -"),
    (r"\bls -l ", "ls "),
    (r"\bpython3 -m", "py -m"),
    (r" && ", "; "),
]
_TRANSLATIONS: dict[tuple[str, str], list[Rule]] = {
    ("openrc", "daemon"): _OPENRC,
    ("windows", "client"): _POWERSHELL,
    ("windows", "daemon"): [],
    ("macos", "daemon"): [],
    ("macos", "client"): [],
}
#: What is in a line, after its translation, that the system does not know.
_UNKNOWN = {
    "openrc": r"systemctl|systemd|journalctl|docker\.so|^printf.*\[Service\]",
    "windows": r"sudo |/etc/|apt-get|journalctl|systemctl|\$\(|\$\{\w+:|/dev/null|\bgrep\b|\bread -"
    r"|printf|\bfor \w+ in|\bip |\bid;|/var/|<|>>|machinectl|newgrp|\bss -|findmnt|\bsed ",
    "macos": r"sudo |/etc/|apt-get|journalctl|systemctl|\bss -|findmnt|\bip |getent",
}
#: What helps on a system whatever is wrong, by system and machine.
_GENERAL = {
    ("openrc", "daemon"): """\
grep -n . /etc/conf.d/docker /etc/docker/daemon.json   # mend there what is named above
sudo rc-service docker zap; sudo rc-service docker start""",
    ("windows", "daemon"): """\
# PowerShell as administrator; with Docker Desktop: Settings, Docker Engine
# mend in this file what is named above; an error says where it is no JSON:
Get-Content C:\\ProgramData\\docker\\config\\daemon.json -Raw | ConvertFrom-Json
Start-Service docker; Get-Service docker""",
    ("macos", "daemon"): """\
# Docker Desktop, Settings, Docker Engine: mend there what is named above, and apply
open -a Docker; docker info""",
    ("windows", "client"): """\
# PowerShell
docker context ls; Get-ChildItem Env:DOCKER*; ls ~/.docker   # mend what is named above""",
    ("macos", "client"): "docker context ls; env | grep DOCKER; ls -l ~/.docker",
}


def advice(steps: list[Step], systems: dict[str, str]) -> list[Step]:
    """Return the steps as the systems know them that the machines run; see `systems_in`.

    >>> step = Step("daemon", "sudo systemctl reset-failed docker; sudo systemctl start docker")
    >>> advice([step], {"daemon": "openrc"})[0].commands
    'sudo rc-service docker start'
    """
    adapted: list[Step] = []
    own = {step.on for step in steps if step.system and step.system == systems.get(step.on)}
    for step in steps:
        system = systems.get(step.on, "")
        if not system or step.system == system:
            adapted.append(step)
        elif (system, step.on) not in _TRANSLATIONS:
            adapted += [step] if not step.system else []
        elif (step.system == "" or (step.system == "linux" and step.on not in own)) and (
            commands := _translate(step.commands, system, step.on)
        ):
            adapted.append(replace(step, commands=commands, system=system))
    for machine in dict.fromkeys(step.on for step in steps):
        key = systems.get(machine, ""), machine
        if key in _GENERAL and machine not in {step.on for step in adapted}:
            adapted.append(Step(machine, _GENERAL[key], key[0]))
    return adapted


def _translate(commands: str, system: str, machine: str) -> str:
    """Return the commands for a system; empty if none of them is left that does something."""
    if "docker.service.d" in commands:  # a drop-in of systemd's is the whole of its step
        return ""
    lines = []
    for line in commands.split("\n"):
        for pattern, by in _TRANSLATIONS[system, machine]:
            line = re.sub(pattern, by, line)  # noqa: PLW2901
        command = line.split("#")[0].strip()
        if command and re.search(_UNKNOWN[system], command):
            continue
        if command or line.startswith("#"):
            lines.append(line.strip())
    if all(line.startswith(("#", "$server =")) for line in lines):
        return ""
    shell = ["# PowerShell"] if system == "windows" and "PowerShell" not in commands else []
    return "\n".join([*shell, *lines])


def _exports(assignments: str) -> str:
    pairs = (each.split("=", 1) for each in assignments.split())
    home = "$HOME/"  # only a shell of Unix's makes that of ~/
    return "; ".join(f'$env:{key} = "{value.replace("~/", home)}"' for key, value in pairs) + " "


def _unsets(names: str) -> str:
    return f"Remove-Item {', '.join(f'Env:{name}' for name in names.split())} -ErrorAction Ignore "
