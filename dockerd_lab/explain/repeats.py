"""Leaves out the messages that a log repeats with other numbers, as logs do a thousand times.

A message is searched once. When it comes again, only what is around it may be another; so it is
kept which wordings need nothing but that.
"""

import functools
import re
from collections.abc import Callable, Iterator, Sequence

from dockerd_lab.explain.model import Wording, known_errors

#: A group of more lines than this is not remembered: it is a text, and will not come again (lines).
MOST_LINES = 12
#: So many messages are remembered.
MOST_GROUPS = 200_000

#: A wording that needs only its `near`: id, wording, its first and last line within the group.
Waiting = tuple[str, Wording, int, int]


class Repeats:
    """The messages of a text that have been searched, and what they wait for."""

    def __init__(self) -> None:
        """Start with none."""
        self._seen: dict[int, list[Waiting]] = {}
        self._number = _number()

    def groups(
        self, lines: Sequence[str], starts: Callable[[int], bool], final: bool
    ) -> Iterator[tuple[range, list[Waiting], bool]]:
        """The messages of a block: their lines' indices, what waits, and whether they are new.

        What is found of a new one to wait for is to be added to its list. The last message of a
        block that is not the final one may go on, and counts as new again.
        """
        masked = self._number.sub("0", "\n".join(lines)).split("\n")
        first = 0
        for end in range(1, len(lines) + 1):
            if end < len(lines) and not starts(end):
                continue
            group, unfinished = range(first, end), end == len(lines) and not final
            first = end
            if len(group) > MOST_LINES or unfinished:
                yield group, [], True
                continue
            key = (
                hash(tuple(masked[group.start : end])) if len(group) > 1 else hash(masked[end - 1])
            )
            waiting = self._seen.get(key)
            if waiting is None:
                if len(self._seen) >= MOST_GROUPS:
                    self._seen.clear()
                waiting = self._seen[key] = []
                yield group, waiting, True
            elif waiting:
                yield group, waiting, False


@functools.cache
def _number() -> re.Pattern[str]:
    """Numbers, decimal or not, of at least four digits that no pattern asks for."""
    patterns = {
        text
        for error in known_errors().values()
        for wording in error.wordings
        for text in (wording.words, wording.with_, wording.unless, wording.near)
        if text
    }
    telling = {digits for text in patterns for digits in re.findall(r"\d{3,}", text)}
    return re.compile(rf"(?=\d)(?!{'|'.join(sorted(telling))})[0-9a-f]{{4,}}")
