"""Finds known errors in whatever people paste, as a stream and in bounded memory.

A block of text is normalised and squashed once, and each wording's words are looked for in it as a
plain substring, which is fast. Only where they are found do regular expressions look at the
message itself. An error that was found is not looked for again.
"""

import functools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from dockerd_lab.explain.blocks import MAX_LINE, OVERLAP_LINES, Block, blocks
from dockerd_lab.explain.cut import cut_words
from dockerd_lab.explain.model import KnownError, Wording, compiled, known_errors
from dockerd_lab.explain.normalise import squash_lines
from dockerd_lab.explain.order import by_importance
from dockerd_lab.explain.repeats import Repeats, Waiting
from dockerd_lab.explain.starts import Starts
from dockerd_lab.explain.systems import systems_in
from dockerd_lab.redaction.redact import redact

#: `near` looks at this many lines before and after.
NEAR_LINES = OVERLAP_LINES // 2
#: A message that was wrapped when it was pasted has at most this many further lines.
MAX_WRAPPED_LINES = 5
#: A line of at least this length may have been wrapped by a screen (characters).
MIN_WRAPPED_LENGTH = 60
#: How much of the line after a wrapped one may belong to its last words (characters).
MAX_WRAPPED_REST = 60
#: The longest message of several lines (characters).
MAX_MESSAGE = 2 * MAX_LINE
#: After this many places where a wording does not hold, only the lines of its words are searched.
MAX_THOROUGH_SEARCHES = 300
#: The longest text of a finding (characters).
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
    """Return the known errors in a log, each with its first line, in the order of importance.

    >>> [finding.id for finding in explain(["docker.service: Start request repeated too quickly."])]
    ['start-limit-hit']
    """
    return list(_explain(tuple(lines)))


@functools.lru_cache(64)
def _explain(lines: tuple[str, ...]) -> list[Finding]:
    """Return the known errors in a log; a judgement and its report ask for the same log often."""
    return explain_text(f"{line}\n" for line in lines)


def explain_text(pieces: Iterable[str], file: str = "") -> list[Finding]:
    """Return the known errors in a text in pieces of any size; `file` is the name for the findings.

    >>> explain_text(["docker.service: Start request rep", "eated too quickly."])[0].id
    'start-limit-hit'
    """
    findings: dict[str, Finding] = {}
    repeats = Repeats()
    for block in blocks(pieces):
        for name, at in _search(block, set(findings), repeats).items():
            text = redact(block.lines[at]).strip()[:MAX_TEXT]  # a part of a secret has no form
            around = "\n".join(block.lines[max(0, at - NEAR_LINES) : at + NEAR_LINES + 1])
            findings[name] = Finding(
                name, known_errors()[name], block.numbers[at], text, file, systems_in(around)
            )
    return important(sorted(findings.values(), key=lambda finding: finding.line))


def important(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of one or several texts, each known error once, by importance.

    Of several findings of one error the first is kept. Consequences are left out if there is a
    cause.
    """
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.id, finding)
    if any(finding.error.kind in {"start", "reach"} for finding in first.values()):
        first = {name: each for name, each in first.items() if each.error.kind != "consequence"}
    return by_importance(first.values(), lambda finding: (finding.id, finding.error))


def _search(block: Block, skip: set[str], repeats: Repeats) -> dict[str, int]:
    """Return the first line's index by the id of each error in a block, except those in `skip`."""
    masked = repeats.mask(block.lines)
    page = _Page(block.lines, masked, block.final)
    first_lines: dict[str, int] = {}

    def find(name: str, at: int) -> None:
        if name not in skip and at < first_lines.get(name, len(page.lines)):
            first_lines[name] = at

    new: list[int] = []
    breaks: list[str] = []
    waiting_of: dict[int, tuple[int, list[Waiting]]] = {}
    for group, waiting, is_new in repeats.groups(masked, page.starts, page.final):
        if is_new:
            new += group
            breaks += ["\n", *[""] * (len(group) - 1)]
            waiting_of.update(dict.fromkeys(group, (group.start, waiting)))
        else:
            for name, wording, first, last in waiting:
                if page.has_near(wording, group.start + first, group.start + last):
                    find(name, group.start + first)

    squashed = squash_lines([page.lines[index] for index in new]) if new else []
    text = "".join(map("".join, zip(breaks, squashed, strict=True)))
    ends = list(accumulate(len(a) + len(b) for a, b in zip(breaks, squashed, strict=True)))

    def hits(words: str) -> Iterator[tuple[int, int]]:
        """Yield the first and last line of each place where the words stand."""
        at = text.find(words)
        while at >= 0:
            first, last = bisect_right(ends, at), bisect_right(ends, at + len(words) - 1)
            if last - first <= MAX_WRAPPED_LINES:
                yield new[first], new[last]
            # Not twice for one line.
            at = text.find(words, max(at + 1, ends[first]))

    def check(name: str, wording: Wording, first: int, last: int, brief: bool) -> bool:
        if not page.holds(wording, first, last, brief):
            return False
        if page.has_near(wording, first, last):
            find(name, first)
            return True
        start, waiting = waiting_of[first]
        waiting.append((name, wording, first - start, last - start))
        return False

    present = [words for words in _by_words() if words in text]
    for name, wording in (each for words in present for each in _by_words()[words]):
        if name not in skip:
            for count, (first, last) in enumerate(hits(wording.squashed)):
                if check(name, wording, first, last, count >= MAX_THOROUGH_SEARCHES):
                    break
    for name, wording, at in cut_words(squashed, [page.lines[index] for index in new]):
        if name not in skip and new[at] < first_lines.get(name, len(page.lines)):
            check(name, wording, new[at], new[at], False)
    return first_lines


@functools.cache
def _by_words() -> dict[str, list[tuple[str, Wording]]]:
    """Return the wordings, each with its error's id, by their squashed words."""
    wordings: dict[str, list[tuple[str, Wording]]] = {}
    for name, error in known_errors().items():
        for wording in error.wordings:
            wordings.setdefault(wording.squashed, []).append((name, wording))
    return wordings


class _Page:
    """A block's lines, with the results of searches in them that are repeated."""

    def __init__(self, lines: Sequence[str], masked: Sequence[str], final: bool) -> None:
        self.lines, self.final = lines, final
        self.starts = Starts(lines, masked)
        self._near: dict[str, bytearray] = {}

    def holds(self, wording: Wording, first: int, last: int, brief: bool) -> bool:
        """Return whether the words' message matches `with` and does not match `unless`.

        With `brief` only the lines of the words are searched.
        """
        for message in self._messages(first, last, brief):
            if wording.with_ is None or compiled(wording.with_).search(message):
                return wording.unless is None or not compiled(wording.unless).search(
                    self._with_rest(message, last)
                )
        return False

    def has_near(self, wording: Wording, first: int, last: int) -> bool:
        """Return whether the wording's `near` matches around some lines; no line is searched twice.

        Another program may print dockerd's words thousands of times.
        """
        if wording.near is None:
            return True
        unsearched, no_match, match = range(3)
        state = self._near.setdefault(wording.near, bytearray(len(self.lines)))
        start, end = max(0, first - NEAR_LINES), last + NEAR_LINES + 1
        if state.find(match, start, end) >= 0:
            return True
        at = state.find(unsearched, start, end)
        while at >= 0:
            if compiled(wording.near).search(self.lines[at]):
                state[at] = match
                return True
            state[at] = no_match
            at = state.find(unsearched, at + 1, end)
        return False

    def _ends(self, index: int) -> bool:
        """Return whether the line is the last of its message."""
        return self.final if index + 1 == len(self.lines) else self.starts(index + 1)

    def _with_rest(self, message: str, last: int) -> str:
        """Return a message, and the same with the words that a narrow screen may have wrapped."""
        line = self.lines[last].rstrip()
        over = line.endswith((".", "!", "?", ")", "`", "'", '"'))
        if (
            over
            or len(line) < MIN_WRAPPED_LENGTH
            or last + 1 == len(self.lines)
            or self._ends(last)
        ):
            return message
        rest = self.lines[last + 1][:MAX_WRAPPED_REST]
        return f"{message}{rest}\n{message} {rest}"

    def _messages(self, first: int, last: int, brief: bool) -> Iterator[str]:
        """Yield the lines as one message; then with those before and after that may belong to it.

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
        while start > max(0, first - MAX_WRAPPED_LINES) and not self.starts(start):
            start -= 1
        while end < min(len(lines) - 1, last + MAX_WRAPPED_LINES) and not self.starts(end + 1):
            end += 1
        # What is longer than a line may be is no message, and would take the patterns long.
        if (start, end) != (first, last) and sum(map(len, lines[start : end + 1])) <= MAX_MESSAGE:
            yield " ".join(lines[start : end + 1])
            yield "".join(lines[start : end + 1])
