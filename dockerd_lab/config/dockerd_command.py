"""Parses the command of a dockerd that is started by hand, and makes the script that runs it."""

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from dockerd_lab.config.paths import DOCKER_SOCKET, HOME
from dockerd_lab.errors import BadInput
from dockerd_lab.redaction.redact import redact

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
#: Redirections, `| tee FILE` and `&` at the end. They are dropped: the lab reads the output itself.
_TAIL = re.compile(
    r"(?:\s+(?:&>>?|[012]?>>?(?:&\s*)?|[012]?<)\s*[^\s'\"|&;<>()]+)*"
    r"(?:\s*\|\s*(?:sudo\s+)?tee\b[^|;&'\"]*)?\s*&?\s*$"
)
#: A prompt, and commands that stop docker's units first, which start.sh does anyway.
_PROMPT = re.compile(
    r"^(?:[\w.-]+@[\w.-]+:\S*[$#]\s*|\[[\w.-]+@[\w.-]+ [^]\s]+\][$#]\s*|[$#]\s+)?"
    r"(?:(?:sudo\s+)?(?:systemctl\s+stop(?:[ \t]+docker[.\w]*)+|service\s+docker\s+stop)"
    r"[ \t]*(?:&&|;|\n)\s*(?:[$#]\s+)?)*"
)
#: A comment at the end. Quotes before it are balanced.
_COMMENT = re.compile(r"""^((?:'[^']*'|"(?:[^"\\]|\\.)*"|[^'"\s]|\s(?!#))*)\s+#.*$""", re.DOTALL)
#: Blanks outside of quotes.
_BLANKS = re.compile(r"""('[^']*'|"(?:[^"\\]|\\.)*")|[ \t]+""", re.DOTALL)
#: What needs a shell, control characters, and bytes that were not UTF-8.
_UNSUPPORTED = re.compile(r"[$`\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")
#: `;` or `& disown` at the end.
_END = re.compile(r"\s*(?:;|&\s*disown)?\s*$")
_WRAPPERS = ("sudo", "env", "nohup", "exec", "setsid", "command", "nice")
_SHELLS = ("sh", "bash", "dash")
#: Options of sudo that take a value.
_WITH_VALUE = ("-u", "-g", "--user", "--group")
#: sudo's option for the user, with the value in the same word.
_USER = re.compile(r"(?:-u|--user=)(.+)")


@dataclass(frozen=True)
class DockerdCommand:
    """A parsed command without `sudo` and the like."""

    environment: tuple[str, ...]
    words: tuple[str, ...]
    """dockerd and its arguments; or docker, which started the daemon before 2017."""

    @property
    def arguments(self) -> str | None:
        """Return dockerd's arguments, quoted for a shell; None if another program is started."""
        return shlex.join(self.words[1:]) if _name(self.words[0]) == "dockerd" else None

    @property
    def script(self) -> str:
        """Return the text of the start.sh that runs the command."""
        command = shlex.join(("env", *self.environment, *self.words))
        # docker.socket leaves its socket file behind when it is stopped.
        return f"#!/bin/sh\nrm -f {DOCKER_SOCKET}\ncd {HOME}\nexec {command}\n"


def parse_dockerd_command(command_line: str) -> DockerdCommand:
    """Parse a command line as people paste it: with a prompt, `sudo`, `nohup`, `> FILE`, `&`.

    `docker daemon` and `docker -d` are accepted as well: how today's docker reacts is for the
    verdict to say. Raises BadInput if the command does not start the daemon, or needs a shell.

    >>> parse_dockerd_command("sudo DOCKER_RAMDISK=1 dockerd -H tcp://:2375 >log 2>&1 &").words
    ('dockerd', '-H', 'tcp://:2375')
    """
    line = re.sub(r"\\[ \t]*\r?\n", " ", command_line.strip())
    line = _BLANKS.sub(lambda match: match[1] or " ", line)
    line = _END.sub("", _COMMENT.sub(r"\1", _PROMPT.sub("", line)))
    line = _TAIL.sub("", line)
    line = re.sub(r"\$HOME\b|\$\{HOME\}", HOME, line)
    if _UNSUPPORTED.search(line):
        raise BadInput(
            "--command: variables, line ends and control characters are not supported;"
            " give plain words"
        )
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        # A `#` within a word starts no comment.
        lexer.commenters = ""
        words = list(lexer)
    except ValueError as error:
        raise BadInput(f"--command: {str(error).lower()}: {redact(command_line)!r}") from None
    if operators := [word for word in words if word and set(word) <= set("();<>|&")]:
        raise BadInput(f"--command: {operators[0]!r} needs a shell; give the command alone")
    environment, words = _strip_wrappers(words)
    if len(words) > 2 and _name(words[0]) in _SHELLS and re.fullmatch(r"-\w*c", words[1]):  # noqa: PLR2004
        inner = parse_dockerd_command(words[2])
        return replace(inner, environment=(*environment, *inner.environment))
    if not _starts_daemon(words):
        raise BadInput(f"--command: it must start dockerd, found {redact(command_line)!r}")
    # Expand `~` as a shell does.
    words = [HOME + word[1:] if word.startswith("~/") else word for word in words]
    # Use an absolute path, so that netstat shows the program's name.
    program = str(PurePosixPath(HOME) / words[0]) if "/" in words[0] else words[0]
    return DockerdCommand(tuple(environment), (program, *words[1:]))


def _strip_wrappers(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the variable assignments before the command, and the command without wrappers."""
    environment: list[str] = []
    wrapper = ""
    while words:
        word, *words = words
        if wrapper and word in _WITH_VALUE:
            value, words = words[:1], words[1:]
            if wrapper == "sudo" and word in ("-u", "--user"):
                _check_user(*value)
        elif wrapper == "sudo" and (match := _USER.fullmatch(word)):
            _check_user(match[1])
        elif _ASSIGNMENT.fullmatch(word):
            environment.append(word)
        elif _name(word) in _WRAPPERS:
            wrapper = _name(word)
        # Skip options, and the number of `nice`. But `command -v` runs nothing.
        elif not (wrapper and re.match(r"-|\d+$", word)) or (wrapper, word) == ("command", "-v"):
            return environment, [word, *words]
    return environment, []


def _check_user(name: str = "") -> None:
    """Raise BadInput if sudo would run the command as another user than root."""
    if name not in ("root", "0", "#0"):
        raise BadInput(f"--command: sudo runs it as {name!r}; here dockerd is run by root")


def _starts_daemon(words: list[str]) -> bool:
    """Return whether it is dockerd, or the docker client as it started the daemon before 2017."""
    if not words or _name(words[0]) != "docker":
        return bool(words) and _name(words[0]) == "dockerd"
    if {"run", "exec"} & set(words):
        return False
    return words[1:2] == ["daemon"] or bool({"-d", "--daemon"} & set(words[1:]))


def _name(program: str) -> str:
    return PurePosixPath(program).name
