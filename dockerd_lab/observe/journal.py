"""Reads the journal of docker.service since a case was applied."""

import datetime
import json
from dataclasses import dataclass

#: systemd's message ids (systemd/catalog): a unit's process exited; a unit failed.
PROCESS_EXITED = "98e322203f7a4ed290d09fe03c09fe15"
UNIT_FAILED = "d9b373ed55a64feb8242e02dbe79a49c"


@dataclass(frozen=True)
class Entry:
    """One line of the journal."""

    seconds: float
    program: str
    message: str
    message_id: str
    exit_status: str
    unit_result: str

    def __str__(self) -> str:
        when = datetime.datetime.fromtimestamp(self.seconds, datetime.UTC)
        return f"{when:%b %d %H:%M:%S.%f} {self.program}: {self.message}"


def parse(journal: str) -> list[Entry]:
    """Return the entries in the output of `journalctl --output json`, oldest first."""
    return [_entry(json.loads(line)) for line in journal.splitlines() if line.startswith("{")]


def _entry(fields: dict[str, object]) -> Entry:
    message = fields.get("MESSAGE")
    if isinstance(message, list):  # journalctl prints bytes that are no text as a list of numbers
        message = bytes(message).decode(errors="replace")
    return Entry(
        seconds=int(str(fields["__REALTIME_TIMESTAMP"])) / 1e6,
        program=str(fields.get("SYSLOG_IDENTIFIER", "")),
        message=str(message or ""),
        message_id=str(fields.get("MESSAGE_ID", "")),
        exit_status=str(fields.get("EXIT_STATUS", "")),
        unit_result=str(fields.get("UNIT_RESULT", "")),
    )
