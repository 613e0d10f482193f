"""Skips messages that a log repeats with other numbers.

A message is searched once. When it is repeated, only the lines around it can differ; so the
wordings are remembered that lack only a match of their `near`.
"""

import functools
import re
from collections.abc import Callable, Iterator, Sequence

from dockerd_lab.explain.model import Wording, known_errors

#: A message of more lines is not remembered: it is some text, and will not be repeated.
MAX_LINES = 12
#: At most this many messages are remembered.
MAX_GROUPS = 200_000

#: A wording that lacks only its `near`: id, wording, its first and last line within the message.
Waiting = tuple[str, Wording, int, int]


class Repeats:
    """The messages that have been searched, each with the wordings that lack only their `near`."""

    def __init__(self) -> None:
        """Start without any messages."""
        self._searched: dict[int, list[Waiting]] = {}
        self._number = _number()

    def mask(self, lines: Sequence[str]) -> list[str]:
        """Return the lines with a 0 for each number that no wording contains."""
        return self._number.sub("0", "\n".join(lines)).split("\n")

    def groups(
        self, masked: Sequence[str], starts: Callable[[int], bool], final: bool
    ) -> Iterator[tuple[range, list[Waiting], bool]]:
        """Yield the messages of a block: line indices, waiting wordings, and whether it is new.

        Takes the lines as `mask` returns them.

        The caller adds the waiting wordings of a new message to its list. The last message of a
        block that is not `final` may continue, and counts as new in the next block.
        """
        first = 0
        for end in range(1, len(masked) + 1):
            if end < len(masked) and not starts(end):
                continue
            group, unfinished = range(first, end), end == len(masked) and not final
            first = end
            if len(group) > MAX_LINES or unfinished:
                yield group, [], True
                continue
            key = (
                hash(tuple(masked[group.start : end])) if len(group) > 1 else hash(masked[end - 1])
            )
            waiting = self._searched.get(key)
            if waiting is None:
                if len(self._searched) >= MAX_GROUPS:
                    self._searched.clear()
                waiting = self._searched[key] = []
                yield group, waiting, True
            elif waiting:
                yield group, waiting, False


@functools.cache
def _number() -> re.Pattern[str]:
    """Return a pattern for hexadecimal numbers of at least four digits that no wording contains."""
    patterns = {
        text
        for error in known_errors().values()
        for wording in error.wordings
        for text in (wording.words, wording.with_, wording.unless, wording.near)
        if text
    }
    digits_in_wordings = {digits for text in patterns for digits in re.findall(r"\d{3,}", text)}
    return re.compile(rf"(?=\d)(?!{'|'.join(sorted(digits_in_wordings))})[0-9a-f]{{4,}}")
