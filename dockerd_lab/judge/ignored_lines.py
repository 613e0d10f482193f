"""Finds lines of units that systemd ignores."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect
from dockerd_lab.observe.observation import DaemonObservation

#: systemd's message that it ignores a line of a unit: /etc/systemd/system/x.service:7: ….
_IGNORED = re.compile(r"(?P<file>/\S+):(?P<line>\d+): (?P<why>.*ignoring.*)", re.IGNORECASE)


def find_ignored_lines(inputs: Input, daemon: DaemonObservation) -> Iterator[NoEffect]:
    """Yield the lines of the input's units that systemd says it ignores."""
    for message in [*daemon.socket_log, *(entry.message for entry in daemon.journal)]:
        match = _IGNORED.match(message)
        # Lines before the first section are the business of judge/unread_files.py.
        if (
            match is None
            or match["file"] not in inputs.origins
            or "outside of section" in match["why"]
        ):
            continue
        # The key or the value that systemd quotes; not every message has one.
        setting = re.search("(?:Unknown key(?: name)?|Failed to parse .*) '(.+?)'", match["why"])
        yield no_effect(
            inputs,
            setting[1] if setting else PurePosixPath(match["file"]).name,
            f"systemd says: {match['why']}",
            "Correct the line; one that goes on in the next ends with a backslash.",
            Place(match["file"], int(match["line"])),  # of continued lines it is the last
        )
