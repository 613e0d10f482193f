"""What a daemon's log says: warnings, its waiting on purpose, its last words."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from dockerd_lab.observe.observation import Observation

#: systemd's words where it did not come so far as to start the program.
_NOT_STARTED = r"docker\.service: (Failed to|Failed at step|Unable to) "
#: Seconds between two lines that are no waiting, but work.
_WORK = 0.9

_LINE = re.compile(
    r'time="(?P<time>[^"]+)" level=(?P<level>\w+) msg="(?P<message>(?:[^"\\]|\\.)*)"'
)


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


def last_line(seen: Observation) -> str:
    """Why systemd could not start dockerd; or the last line of dockerd's own, or of anybody's."""
    programs = ("dockerd", "docker")  # as units of 2016 and before have it
    journal = seen.daemon.journal
    # What stands before is the daemon's that was stopped.
    starts = [n for n, entry in enumerate(journal) if entry.message.startswith("Starting docker.")]
    since = starts[0] if starts else 0
    own = [entry.message for entry in journal[since:] if entry.program in programs]
    own = [line for line in [*own, *seen.daemon.by_hand.splitlines()] if not _is_hint(line)]
    # The lines of dockerd's own are the old one's then.
    refused = [line for line in seen.daemon.log if re.match(_NOT_STARTED, line)]
    lines = refused[:1] or own or seen.daemon.log[since:]
    return lines[-1] if lines else "none"


def _is_hint(line: str) -> bool:
    """Whether a line only says where help is, as the docker client ends with."""
    return re.match(r"\s*($|See '|Run '|Usage:)", line) is not None
