"""Lines that end at the screen's edge, where `journalctl` and `systemctl status` cut them.

Most pagers mark that with > or …. Older ones do not: that is only believed of dockerd's own errors.
"""

import functools
import re
from collections.abc import Iterator, Sequence

from dockerd_lab.explain.model import Wording, known_errors

#: So much of the words must be left: this many squashed characters, or nearly all.
LEAST_LEFT = 24
NEARLY_ALL = 0.8
#: Shorter beginnings are never enough.
LEAST_WHOLE = 14

_MARKS = (">", "...")
_UNMARKED = re.compile(
    r"\bdocker(?:d|-current|d-current)?\[\d+\]: (?!.*level=(?:info|warn|debug)).*\w *$"
)


def cut_words(squashed: Sequence[str], lines: Sequence[str]) -> Iterator[tuple[str, Wording, int]]:
    """The wordings whose beginning is all that a cut line's end shows.

    Takes a text's lines, squashed and as they are; gives ids, wordings and the lines' indices.

    >>> from dockerd_lab.explain.normalise import squash
    >>> line = "dockerd[1]: pid file found, ensure docker is>"
    >>> [name for name, _, _ in cut_words([squash(line)], [line])]
    ['pidfile-exists']
    """
    beginnings, shortest, longest = _beginnings()
    for index, line in enumerate(squashed):
        marked = line.endswith(_MARKS)
        if marked or ("docker" in line and _UNMARKED.search(lines[index])):
            left = line.rstrip(">.")
            for length in range(shortest, min(longest, len(left)) + 1):
                for name, wording in beginnings.get(left[-length:], ()):
                    if marked or known_errors()[name].kind == "start":
                        yield name, wording, index


@functools.cache
def _beginnings() -> tuple[dict[str, list[tuple[str, Wording]]], int, int]:
    """The telling beginnings of all words, with their wordings; the least and greatest length."""
    found: dict[str, list[tuple[str, Wording]]] = {}
    for name, error in known_errors().items():
        for wording in error.wordings:
            words = wording.squashed
            least = min(LEAST_LEFT, max(LEAST_WHOLE, round(len(words) * NEARLY_ALL)))
            for length in range(least, len(words)):
                found.setdefault(words[:length], []).append((name, wording))
    lengths = [len(beginning) for beginning in found]
    return found, min(lengths), max(lengths)
