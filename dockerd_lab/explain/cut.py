"""Finds known errors in lines that `journalctl` or `systemctl status` cut at the screen's edge.

Most pagers mark such a line with > or …. Without a mark, only errors that stop dockerd are taken
for cut ones.
"""

import functools
import re
from collections.abc import Iterator, Sequence

from dockerd_lab.explain.model import Wording, known_errors

#: How much of the words must remain: this many squashed characters, or this share of all of them.
MIN_CHARACTERS = 24
MIN_SHARE = 0.8
#: Fewer characters are never enough, whatever their share.
MIN_CHARACTERS_OF_SHORT_WORDS = 14

_MARKS = (">", "...")
_UNMARKED = re.compile(
    r"\bdocker(?:d|-current|d-current)?\[\d+\]: (?!.*level=(?:info|warn|debug)).*\w *$"
)


def cut_words(squashed: Sequence[str], lines: Sequence[str]) -> Iterator[tuple[str, Wording, int]]:
    """Yield the wordings whose beginning is at the end of a cut line.

    Takes a text's lines, squashed and as they are. Yields an error's id, the wording, and the
    line's index.

    >>> from dockerd_lab.explain.normalise import squash
    >>> line = "dockerd[1]: pid file found, ensure docker is>"
    >>> [name for name, _, _ in cut_words([squash(line)], [line])]
    ['pidfile-exists']
    """
    beginnings, shortest, longest = _beginnings()
    for index, line in enumerate(squashed):
        marked = line.endswith(_MARKS)
        if marked or ("docker" in line and _UNMARKED.search(lines[index])):
            remainder = line.rstrip(">.")
            for length in range(shortest, min(longest, len(remainder)) + 1):
                for name, wording in beginnings.get(remainder[-length:], ()):
                    if marked or known_errors()[name].kind == "start":
                        yield name, wording, index


@functools.cache
def _beginnings() -> tuple[dict[str, list[tuple[str, Wording]]], int, int]:
    """Return the wordings by sufficient beginnings, and the least and greatest length of these."""
    wordings: dict[str, list[tuple[str, Wording]]] = {}
    for name, error in known_errors().items():
        for wording in error.wordings:
            words = wording.squashed
            least = min(
                MIN_CHARACTERS, max(MIN_CHARACTERS_OF_SHORT_WORDS, round(len(words) * MIN_SHARE))
            )
            for length in range(least, len(words)):
                wordings.setdefault(words[:length], []).append((name, wording))
    lengths = [len(beginning) for beginning in wordings]
    return wordings, min(lengths), max(lengths)
