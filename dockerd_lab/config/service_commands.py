"""Finds the commands in shell scripts that start a service."""

import re
from collections.abc import Collection, Iterator

#: What ends a command.
_SEPARATOR = re.compile(r"[\n;&|(){}]+")
_COMMENT = re.compile(r"(?m)(^|\s)#.*")
#: Words that may stand before a command.
_PREFIX = re.compile(r"sudo|exec|command|nohup|time|if|then|else|elif|do|while|until|!|\w+=\S*|-\w+")
_SYSTEMCTL = re.compile(r"(/usr)?(/bin/)?systemctl")
_SERVICE = re.compile(r"(/usr)?(/sbin/)?(service|invoke-rc\.d)")
_INIT_SCRIPT = re.compile(r"/etc/init\.d/(.+)")
_START = ("start", "restart", "reload-or-restart")
_ENABLE = ("enable", "reenable")


def starts(unit: str, scripts: Collection[str]) -> bool:
    """Return whether a script has a command that starts a unit.

    The command may name a service without `.service`.

    >>> starts("x.service", ["sudo systemctl enable --now x"])
    True
    >>> starts("x.service", ["systemctl reload x; systemctl restart start-x"])
    False
    """
    started = (name for script in scripts for command in _commands(script) for name in command)
    return _full_name(unit) in map(_full_name, started)


def _commands(script: str) -> Iterator[list[str]]:
    """Yield the names of the units that each command of a script starts."""
    lines = _COMMENT.sub("", script.replace("\\\n", " "))
    for command in _SEPARATOR.split(lines):
        words = [word.strip("\"'") for word in command.split()]
        while words and _PREFIX.fullmatch(words[0]):
            del words[0]
        if words:
            yield _started_by(words[0], words[1:])


def _started_by(program: str, arguments: list[str]) -> list[str]:
    if _SYSTEMCTL.fullmatch(program):
        options = {word for word in arguments if word.startswith("-")}
        verb, *names = [word for word in arguments if word not in options] or [""]
        is_start = verb in _START or (verb in _ENABLE and "--now" in options)
        return names if is_start and "--user" not in options else []
    if _SERVICE.fullmatch(program):
        names, verbs = arguments[:1], arguments[1:2]
    elif match := _INIT_SCRIPT.fullmatch(program):
        names, verbs = [match[1]], arguments[:1]
    else:
        return []
    return names if verbs and verbs[0] in _START else []


def _full_name(unit: str) -> str:
    has_type = re.search(r"\.(service|socket|timer|path|target|mount)$", unit)
    return unit if has_type else f"{unit}.service"
