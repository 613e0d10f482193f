"""Finds known errors in whatever people paste, as a stream and in bounded memory.

A block of text is normalised and squashed once, and each wording's words are looked for in it as a
plain substring, which is fast. Only where they are found do regular expressions look at the
message itself. What was found once is not looked for again.
"""

import functools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from dockerd_lab.explain.blocks import KEPT, MAX_LINE, Block, blocks
from dockerd_lab.explain.cut import cut_words
from dockerd_lab.explain.model import KnownError, Wording, compiled, known_errors
from dockerd_lab.explain.normalise import squash_lines
from dockerd_lab.explain.order import by_importance
from dockerd_lab.explain.repeats import Repeats, Waiting
from dockerd_lab.explain.starts import Starts
from dockerd_lab.explain.systems import systems_in
from dockerd_lab.redaction.redact import redact

#: `near` looks at this many lines before and after.
NEAR = KEPT // 2
#: A message that was wrapped when it was pasted goes on for this many lines at most.
WRAPPED = 5
#: A line of this length may have been wrapped by a screen (characters)...
NARROW = 60
#: ...and so much of the next one may belong to its last words (characters).
EDGE = 60
#: The longest message of several lines (characters).
LONGEST = 2 * MAX_LINE
#: After so many places where a wording does not hold, a block is searched less thoroughly.
BRIEF = 300
#: The longest line that is shown (characters).
MAX_TEXT = 1000


@dataclass(frozen=True)
class Finding:
    """A known error, and the first line that shows it."""

    id: str
    error: KnownError
    line: int
    text: str
    file: str = ""
    systems: dict[str, str] = field(default_factory=dict)
    """Which system a machine runs, as the lines around it show."""


def explain(lines: Iterable[str]) -> list[Finding]:
    """The known errors in a log, each with its first line, in the order of importance.

    >>> [finding.id for finding in explain(["docker.service: Start request repeated too quickly."])]
    ['start-limit-hit']
    """
    return explain_text(f"{line}\n" for line in lines)


def explain_text(pieces: Iterable[str], file: str = "") -> list[Finding]:
    """The known errors in a text that comes in pieces of any size; `file` is where it is from.

    >>> explain_text(["docker.service: Start request rep", "eated too quickly."])[0].id
    'start-limit-hit'
    """
    found: dict[str, Finding] = {}
    repeats = Repeats()
    for block in blocks(pieces):
        for name, at in _search(block, set(found), repeats).items():
            text = redact(block.lines[at]).strip()[:MAX_TEXT]  # a part of a secret has no form
            around = "\n".join(block.lines[max(0, at - NEAR) : at + NEAR + 1])
            found[name] = Finding(
                name, known_errors()[name], block.numbers[at], text, file, systems_in(around)
            )
    return important(sorted(found.values(), key=lambda finding: finding.line))


def important(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one or several texts, each known error once, in the order of importance.

    Where several files show one, the first file given does. What is only a consequence is left out
    beside a cause.
    """
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.id, finding)
    if any(finding.error.kind in {"start", "reach"} for finding in first.values()):
        first = {name: each for name, each in first.items() if each.error.kind != "consequence"}
    return by_importance(first.values(), lambda finding: (finding.id, finding.error))


def _search(block: Block, known: set[str], repeats: Repeats) -> dict[str, int]:
    """The ids that a block shows, without those already known, each with its first line's index."""
    page = _Page(block.lines, block.final)
    found: dict[str, int] = {}

    def find(name: str, at: int) -> None:
        if name not in known and at < found.get(name, len(page.lines)):
            found[name] = at

    new: list[int] = []
    breaks: list[str] = []
    waiting_of: dict[int, tuple[int, list[Waiting]]] = {}
    for group, waiting, is_new in repeats.groups(page.lines, page.starts, page.final):
        if is_new:
            new += group
            breaks += ["\n", *[""] * (len(group) - 1)]
            waiting_of.update(dict.fromkeys(group, (group.start, waiting)))
        else:
            for name, wording, first, last in waiting:
                if page.nearby(wording, group.start + first, group.start + last):
                    find(name, group.start + first)

    squashed = squash_lines([page.lines[index] for index in new]) if new else []
    text = "".join(map("".join, zip(breaks, squashed, strict=True)))
    ends = list(accumulate(len(a) + len(b) for a, b in zip(breaks, squashed, strict=True)))

    def hits(words: str) -> Iterator[tuple[int, int]]:
        """The first and last lines of the places where the words stand."""
        at = text.find(words)
        while at >= 0:
            first, last = bisect_right(ends, at), bisect_right(ends, at + len(words) - 1)
            if last - first <= WRAPPED:
                yield new[first], new[last]
            # Not twice for one line.
            at = text.find(words, max(at + 1, ends[first]))

    def check(name: str, wording: Wording, first: int, last: int, brief: bool) -> bool:
        if not page.holds(wording, first, last, brief):
            return False
        if page.nearby(wording, first, last):
            find(name, first)
            return True
        start, waiting = waiting_of[first]
        waiting.append((name, wording, first - start, last - start))
        return False

    there = [words for words in _by_words() if words in text]
    for name, wording in (each for words in there for each in _by_words()[words]):
        if name not in known:
            for count, (first, last) in enumerate(hits(wording.squashed)):
                if check(name, wording, first, last, count >= BRIEF):
                    break
    for name, wording, at in cut_words(squashed, [page.lines[index] for index in new]):
        if name not in known and new[at] < found.get(name, len(page.lines)):
            check(name, wording, new[at], new[at], False)
    return found


@functools.cache
def _by_words() -> dict[str, list[tuple[str, Wording]]]:
    """The wordings and the ids they belong to, by what is looked for."""
    found: dict[str, list[tuple[str, Wording]]] = {}
    for name, error in known_errors().items():
        for wording in error.wordings:
            found.setdefault(wording.squashed, []).append((name, wording))
    return found


class _Page:
    """A block's lines, and what is asked of them again and again."""

    def __init__(self, lines: Sequence[str], final: bool) -> None:
        self.lines, self.final = lines, final
        self.starts = Starts(lines)
        self._near: dict[str, bytearray] = {}

    def holds(self, wording: Wording, first: int, last: int, brief: bool) -> bool:
        """Whether what has to stand with the words does, and what must not does not.

        `brief` looks at the lines of the words only.
        """
        for message in self._messages(first, last, brief):
            if wording.with_ is None or compiled(wording.with_).search(message):
                return wording.unless is None or not compiled(wording.unless).search(
                    self._with_rest(message, last)
                )
        return False

    def nearby(self, wording: Wording, first: int, last: int) -> bool:
        """Whether the wording's `near` is found around some lines; none is searched twice for one.

        Another program may say thousands of times what only a few lines tell from dockerd's words.
        """
        if wording.near is None:
            return True
        unknown, without, found = range(3)
        state = self._near.setdefault(wording.near, bytearray(len(self.lines)))
        start, end = max(0, first - NEAR), last + NEAR + 1
        if state.find(found, start, end) >= 0:
            return True
        at = state.find(unknown, start, end)
        while at >= 0:
            if compiled(wording.near).search(self.lines[at]):
                state[at] = found
                return True
            state[at] = without
            at = state.find(unknown, at + 1, end)
        return False

    def _ends(self, index: int) -> bool:
        """Whether the line is the last of its message."""
        return self.final if index + 1 == len(self.lines) else self.starts(index + 1)

    def _with_rest(self, message: str, last: int) -> str:
        """A message, and after it the words that a screen's width seems to have broken off it."""
        line = self.lines[last].rstrip()
        over = line.endswith((".", "!", "?", ")", "`", "'", '"'))
        if over or len(line) < NARROW or last + 1 == len(self.lines) or self._ends(last):
            return message
        rest = self.lines[last + 1][:EDGE]
        return f"{message}{rest}\n{message} {rest}"

    def _messages(self, first: int, last: int, brief: bool) -> Iterator[str]:
        """The lines as one message; then with those before and after that may belong to it.

        A message that is surely over ends with a line break. What a narrow screen wrapped within a
        word is whole only when the lines are put together without a space, which is tried last.
        """
        lines = self.lines
        yield " ".join(lines[first : last + 1]) + "\n" * self._ends(last)
        if brief:
            return
        if first != last:
            yield "".join(lines[first : last + 1])
        start, end = first, last
        while start > max(0, first - WRAPPED) and not self.starts(start):
            start -= 1
        while end < min(len(lines) - 1, last + WRAPPED) and not self.starts(end + 1):
            end += 1
        # What is longer than a line may be is no message, and would take the patterns long.
        if (start, end) != (first, last) and sum(map(len, lines[start : end + 1])) <= LONGEST:
            yield " ".join(lines[start : end + 1])
            yield "".join(lines[start : end + 1])
