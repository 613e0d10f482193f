"""Finds the commands in shell scripts that start a unit or run a file."""

import re
from collections.abc import Collection, Iterable, Iterator

#: What ends a command.
_SEPARATOR = re.compile(r"[\n;&|(){}]+")
_COMMENT = re.compile(r"(?m)(^|\s)#.*")
#: Words that may stand before a command.
_PREFIX = re.compile(
    r"sudo|exec|command|nohup|time|if|then|else|elif|do|while|until|!|\w+=\S*|-\w+"
)
_SHELL = re.compile(r"(/usr)?(/bin/)?(ba|da|z)?sh|\.|source")
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
    started = (name for command in _commands(scripts) for name in _started_by(*command))
    return _full_name(unit) in map(_full_name, started)


def runs(file: str, scripts: Collection[str]) -> bool:
    """Return whether a script has a command that runs a file.

    >>> runs("/etc/rc.local", ["bash -e /etc/rc.local"]), runs("/etc/x", ["chmod +x /etc/x"])
    (True, False)
    """
    for program, *arguments in _commands(scripts):
        files = [word for word in arguments if not word.startswith("-")]
        if program == file or (_SHELL.fullmatch(program) and files[:1] == [file]):
            return True
    return False


def without_comments(script: str) -> str:
    """Return a script without its comments, and with continued lines joined."""
    return _COMMENT.sub("", script.replace("\\\n", ""))


def _commands(scripts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the words of each command, without what may stand before it."""
    for script in scripts:
        for command in _SEPARATOR.split(without_comments(script)):
            words = [word.strip("\"'") for word in command.split()]
            while words and _PREFIX.fullmatch(words[0]):
                del words[0]
            if words:
                yield words


def _started_by(program: str, *arguments: str) -> Iterable[str]:
    """Return the names of the units that a command starts."""
    if _SYSTEMCTL.fullmatch(program):
        options = {word for word in arguments if word.startswith("-")}
        verb, *names = [word for word in arguments if word not in options] or [""]
        is_start = verb in _START or (verb in _ENABLE and "--now" in options)
        return names if is_start and "--user" not in options else ()
    if _SERVICE.fullmatch(program):
        return arguments[:1] if arguments[1:2] and arguments[1] in _START else ()
    if match := _INIT_SCRIPT.fullmatch(program):
        return [match[1]] if arguments and arguments[0] in _START else ()
    return ()


def _full_name(unit: str) -> str:
    has_type = re.search(r"\.(service|socket|timer|path|target|mount)$", unit)
    return unit if has_type else f"{unit}.service"
