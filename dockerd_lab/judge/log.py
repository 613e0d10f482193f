"""Reads a daemon's log: its warnings, its startup delay, and the line that says why it failed."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from dockerd_lab.observe.observation import Observation

#: How systemd's message begins if it could not even start the program.
_NOT_STARTED = r"docker\.service: (Failed to|Failed at step|Unable to) "
#: A gap of at most this many seconds between two lines is work, not a delay on purpose.
_MIN_WAIT = 0.9

_LINE = re.compile(
    r'time="(?P<time>[^"]+)" level=(?P<level>\w+) msg="(?P<message>(?:[^"\\]|\\.)*)"'
)


def warnings(log: Iterable[str]) -> list[str]:
    """Return the messages of the daemon's warnings, without duplicates, times and fields.

    >>> warnings(['time="2026-11-24T12:32:56Z" level=warning msg="a" host="tcp://b"'])
    ['a']
    """
    matches = (_LINE.search(line) for line in log)
    texts = (f["message"] for f in matches if f is not None and f["level"] == "warning")
    return list(dict.fromkeys(_on_one_line(text) for text in texts))


def startup_delay(log: Sequence[str]) -> float:
    """Return the seconds that dockerd delayed its start after warnings about TCP without TLS.

    The times are those in dockerd's own lines, which a daemon started by hand prints as well.
    """
    seconds = 0.0
    previous: datetime | None = None
    warned = False
    for line in log:
        match = _LINE.search(line)
        if match is None:
            continue
        try:
            time = datetime.fromisoformat(match["time"])
        except ValueError:
            continue
        if (
            previous is not None
            and warned
            and (gap := (time - previous).total_seconds()) > _MIN_WAIT
        ):
            seconds += gap
        previous, warned = time, match["level"] == "warning" and 'host="tcp://' in line
    return round(seconds, 1)


def extract_message(line: str) -> str:
    """Return a line's message, without its time and level if it has them."""
    match = _LINE.search(line)
    return _on_one_line(match["message"]) if match else line.strip()


def _on_one_line(text: str) -> str:
    """Return a quoted message without escapes, on one line."""
    return " ".join(text.replace("\\n", " ").replace('\\"', '"').replace("\\t", " ").split())


def last_line(observation: Observation) -> str:
    """Return the line that says why the daemon failed.

    It is systemd's message if systemd could not start dockerd. Otherwise it is dockerd's last line,
    or the last line of all if dockerd printed none, or `none` if the log is empty.
    """
    programs = ("dockerd", "docker")  # units from before 2017 start `docker`
    journal = observation.daemon.journal
    # The lines before this one are from the daemon that was stopped.
    start_indexes = [
        n for n, entry in enumerate(journal) if entry.message.startswith("Starting docker.")
    ]
    start = start_indexes[0] if start_indexes else 0
    dockerd_lines = [entry.message for entry in journal[start:] if entry.program in programs]
    dockerd_lines = [
        line
        for line in [*dockerd_lines, *observation.daemon.by_hand.splitlines()]
        if not _is_hint(line)
    ]
    # If systemd could not start dockerd, all lines of dockerd are from the old daemon.
    systemd_lines = [line for line in observation.daemon.log if re.match(_NOT_STARTED, line)]
    lines = systemd_lines[:1] or dockerd_lines or observation.daemon.log[start:]
    return lines[-1] if lines else "none"


def _is_hint(line: str) -> bool:
    """Return whether a line only points to help, like the last lines of the docker client."""
    return re.match(r"\s*($|See '|Run '|Usage:)", line) is not None
