"""What a daemon's log tells for a verdict: known errors, warnings, and its waiting on purpose."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from dockerd_lab.explain.matcher import explain
from dockerd_lab.explain.model import known_errors
from dockerd_lab.validate.asked import Asked
from dockerd_lab.validate.given import Given
from dockerd_lab.validate.model import Error
from dockerd_lab.validate.where import locate, shown

_COMMAND_LINE = "invalid-command-line"
_USAGE = re.compile(r"Usage:\s+dockerd \[OPTIONS\]")
#: Seconds between two lines that are no waiting, but work.
_WORK = 0.9

_LINE = re.compile(
    r'time="(?P<time>[^"]+)" level=(?P<level>\w+) msg="(?P<message>(?:[^"\\]|\\.)*)"'
)


def errors(log: Iterable[str], given: Given, asked: Asked) -> list[Error]:
    """The known errors in a log, with the place in the input where that can be told."""
    # What was typed tells what its error is about.
    typed = [command.value for command in asked.commands if command.where.file == "--command"]
    return [
        Error(
            id=finding.id,
            message=message(finding.text),
            cause=finding.error.cause,
            fix="\n".join(finding.error.fix),
            where=shown(locate(finding.text, given, asked), given),
        )
        for finding in explain([*typed, *log])
        # What is said of clients is said of the lab's own, which were to be refused.
        if finding.error.kind == "start"
    ]


def wordless(asked: Asked, log: Iterable[str]) -> list[Error]:
    """The error of a command line that is wrong, where nothing says so.

    A unit that starts the client, `docker daemon`, as before 2017, waits for an answer from the
    socket that systemd holds for it. From 28 on, a dockerd with an argument only prints its usage.
    """
    said = [
        f"{command.value}: docker is the client, and starts no daemon"
        for command in asked.commands
        if re.match(r"\S*\bdocker\s+(daemon|-d)\b", command.value)
    ]
    if any(_USAGE.match(line) for line in log):
        said.append("dockerd prints its usage and nothing else: it was given an argument")
    known = known_errors()[_COMMAND_LINE]
    fix = "\n".join(known.fix)
    return [Error(id=_COMMAND_LINE, message=m, cause=known.cause, fix=fix) for m in said[:1]]


def warnings(log: Iterable[str]) -> list[str]:
    """What the daemon warned of, each once, without time and fields.

    >>> warnings(['time="2026-11-24T12:32:56Z" level=warning msg="a" host="tcp://b"'])
    ['a']
    """
    found = (_LINE.search(line) for line in log)
    texts = (f["message"] for f in found if f is not None and f["level"] == "warning")
    return list(dict.fromkeys(_plain(text) for text in texts))


def delay(log: Sequence[str]) -> float:
    """The seconds that dockerd waited on purpose after its warnings of TCP without TLS.

    Its lines have their own times, so that a daemon started by hand tells as much as the journal.
    """
    seconds = 0.0
    before: datetime | None = None
    warned = False
    for line in log:
        found = _LINE.search(line)
        if found is None:
            continue
        try:
            now = datetime.fromisoformat(found["time"])
        except ValueError:
            continue
        if before is not None and warned and (gap := (now - before).total_seconds()) > _WORK:
            seconds += gap
        before, warned = now, found["level"] == "warning" and 'host="tcp://' in line
    return round(seconds, 1)


def message(line: str) -> str:
    """What a line says, without its time and level where it has them."""
    found = _LINE.search(line)
    return _plain(found["message"]) if found else line.strip()


def _plain(text: str) -> str:
    """A quoted message on one line."""
    return " ".join(text.replace("\\n", " ").replace('\\"', '"').replace("\\t", " ").split())
