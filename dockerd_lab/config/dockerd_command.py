"""A dockerd that is started by hand: the command as it was typed, and the script that runs it."""

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from dockerd_lab.config.paths import HOME
from dockerd_lab.errors import BadInput

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
#: Redirections, `| tee FILE` and `&` at the end: where the output goes is the harness's business.
_TAIL = re.compile(
    r"(?:\s+(?:&>>?|[012]?>>?(?:&\s*)?|[012]?<)\s*[^\s'\"|&;<>()]+)*"
    r"(?:\s*\|\s*(?:sudo\s+)?tee\b[^|;&'\"]*)?\s*&?\s*$"
)
#: A prompt, and docker's units being stopped first, as start.sh does anyway.
_BEFORE = re.compile(
    r"^(?:[\w.-]+@[\w.-]+:\S*[$#]\s*|\[[\w.-]+@[\w.-]+ [^]\s]+\][$#]\s*|[$#]\s+)?"
    r"(?:(?:sudo\s+)?(?:systemctl\s+stop(?:[ \t]+docker[.\w]*)+|service\s+docker\s+stop)"
    r"[ \t]*(?:&&|;|\n)\s*(?:[$#]\s+)?)*"
)
#: A comment, with or without quotes in it; before it quotes match.
_COMMENT = re.compile(r"""^((?:'[^']*'|"(?:[^"\\]|\\.)*"|[^'"\s]|\s(?!#))*)\s+#.*$""", re.DOTALL)
#: Blanks, but for those within quotes.
_BLANKS = re.compile(r"""('[^']*'|"(?:[^"\\]|\\.)*")|[ \t]+""", re.DOTALL)
#: What only a shell knows what to do with, and bytes that were no UTF-8.
_ODD = re.compile(r"[$`\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")
#: What ends or leaves the command.
_AFTER = re.compile(r"\s*(?:;|&\s*disown)?\s*$")
_WRAPPERS = ("sudo", "env", "nohup", "exec", "setsid", "command", "nice")
_SHELLS = ("sh", "bash", "dash")
#: Options of sudo that take a value.
_WITH_VALUE = ("-u", "-g", "--user", "--group")
#: The same, with the value in the same word.
_USER = re.compile(r"(?:-u|--user=)(.+)")


@dataclass(frozen=True)
class DockerdCommand:
    """What was typed, without `sudo`."""

    environment: tuple[str, ...]
    words: tuple[str, ...]
    """dockerd and its arguments; or docker, as its old versions started the daemon."""

    @property
    def arguments(self) -> str | None:
        """What dockerd is given, quoted for a shell; None where another program is started."""
        return shlex.join(self.words[1:]) if _name(self.words[0]) == "dockerd" else None

    @property
    def script(self) -> str:
        """The start.sh that runs it."""
        run = shlex.join(("env", *self.environment, *self.words))
        # docker.socket leaves its file behind when it is stopped, and nobody would answer there.
        return f"#!/bin/sh\nrm -f /run/docker.sock\ncd {HOME}\nexec {run}\n"


def parse_dockerd_command(typed: str) -> DockerdCommand:
    """Read a command line as people paste it: with a prompt, `sudo`, `nohup`, `> FILE`, `&`.

    `docker daemon` and `docker -d` are taken as well: what today's docker says to them is the
    verdict. Raises BadInput where it does not start the daemon, or needs a shell.

    >>> parse_dockerd_command("sudo DOCKER_RAMDISK=1 dockerd -H tcp://:2375 >log 2>&1 &").words
    ('dockerd', '-H', 'tcp://:2375')
    """
    line = re.sub(r"\\[ \t]*\r?\n", " ", typed.strip())
    line = _BLANKS.sub(lambda found: found[1] or " ", line)
    line = _AFTER.sub("", _COMMENT.sub(r"\1", _BEFORE.sub("", line)))
    line = _TAIL.sub("", line)
    line = re.sub(r"\$HOME\b|\$\{HOME\}", HOME, line)
    if _ODD.search(line):
        raise BadInput(
            "--command: variables, line ends and control characters are not known here;"
            " give plain words"
        )
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        # A `#` in a word is no comment.
        lexer.commenters = ""
        words = list(lexer)
    except ValueError as error:
        raise BadInput(f"--command: {str(error).lower()}: {typed!r}") from None
    if operators := [word for word in words if word and set(word) <= set("();<>|&")]:
        raise BadInput(f"--command: {operators[0]!r} needs a shell; give the command alone")
    environment, words = _unwrapped(words)
    if len(words) > 2 and _name(words[0]) in _SHELLS and re.fullmatch(r"-\w*c", words[1]):  # noqa: PLR2004
        inner = parse_dockerd_command(words[2])
        return replace(inner, environment=(*environment, *inner.environment))
    if not _starts_the_daemon(words):
        raise BadInput(f"--command: it must start dockerd, found {typed!r}")
    # A shell's `~`.
    words = [HOME + word[1:] if word.startswith("~/") else word for word in words]
    # By its whole path, so that netstat calls it what it is.
    first = str(PurePosixPath(HOME) / words[0]) if "/" in words[0] else words[0]
    return DockerdCommand(tuple(environment), (first, *words[1:]))


def _unwrapped(words: list[str]) -> tuple[list[str], list[str]]:
    """The assignments before the command, and the command without what it is run by."""
    environment: list[str] = []
    wrapper = ""
    while words:
        word, *words = words
        if wrapper and word in _WITH_VALUE:
            value, words = words[:1], words[1:]
            if wrapper == "sudo" and word in ("-u", "--user"):
                _check_user(*value)
        elif wrapper == "sudo" and (named := _USER.fullmatch(word)):
            _check_user(named[1])
        elif _ASSIGNMENT.fullmatch(word):
            environment.append(word)
        elif _name(word) in _WRAPPERS:
            wrapper = _name(word)
        # nice has a number; `command -v` runs nothing.
        elif not (wrapper and re.match(r"-|\d+$", word)) or (wrapper, word) == ("command", "-v"):
            return environment, [word, *words]
    return environment, []


def _check_user(name: str = "") -> None:
    """Raise BadInput where sudo runs it as somebody who may not."""
    if name not in ("root", "0", "#0"):
        raise BadInput(f"--command: sudo runs it as {name!r}; here dockerd is run by root")


def _starts_the_daemon(words: list[str]) -> bool:
    """Whether it is dockerd, or the docker client as the daemon was started before 2017."""
    if not words or _name(words[0]) != "docker":
        return bool(words) and _name(words[0]) == "dockerd"
    if {"run", "exec"} & set(words):
        return False
    return words[1:2] == ["daemon"] or bool({"-d", "--daemon"} & set(words[1:]))


def _name(program: str) -> str:
    return PurePosixPath(program).name
