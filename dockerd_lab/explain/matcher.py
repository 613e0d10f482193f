"""Finds known errors in whatever people paste, as a stream and in bounded memory.

A block of text is normalised and squashed once, and each wording's words are looked for in it as a
plain substring, which is fast. Only where they are found do regular expressions look at the
message itself. What was found once is not looked for again.
"""

import functools
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from dockerd_lab.explain.blocks import KEPT, Block, blocks
from dockerd_lab.explain.cut import cut_words
from dockerd_lab.explain.model import KnownError, Wording, compiled, known_errors
from dockerd_lab.explain.normalise import squash_lines
from dockerd_lab.explain.order import by_importance
from dockerd_lab.redaction.redact import redact

#: `near` looks at this many lines before and after.
NEAR = KEPT // 2
#: A message that was wrapped when it was pasted goes on for this many lines at most.
WRAPPED = 5
#: A line of this length may have been wrapped by a screen (characters)...
NARROW = 60
#: ...and so much of the next one may belong to its last words (characters).
EDGE = 60
#: The longest line that is shown (characters).
MAX_TEXT = 1000

#: Whether a pattern is found around the lines from a first to a last one.
_Nearby = Callable[[str, int, int], bool]

# A line that starts so is a message of its own, not the rest of the one above.
_STARTS = re.compile(
    r"""\s*(?:$|time=|level=|(?:info|warn|erro|fata|debu)\[
    |[\[{(]?\d{4}[-/]\d\d|\[?\d\d:\d\d                         # 2026-11-24, 12:00
    |[^\W\d_]{3,5}\.?\ +\d{1,2}\ \d\d:|\d{1,2}\S?\ \S+\ \d\d:   # Nov 24 12:00, 11月 24 12:00
    |[●×○*-]\ |[$\#%]\ |\S{1,60}@\S{1,60}[:~ ]|```               # systemctl's, a prompt, Markdown
    |(?:docker(?!\ (?:daemon|api|engine|host|client)\b)|curl|error):?\ |docker\.\w+:\ )""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Finding:
    """A known error, and the first line that shows it."""

    id: str
    error: KnownError
    line: int
    text: str
    file: str = ""


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
    for block in blocks(pieces):
        for name, at in _search(block, set(found)).items():
            text = redact(block.lines[at]).strip()[:MAX_TEXT]  # a part of a secret has no form
            found[name] = Finding(name, known_errors()[name], block.numbers[at], text, file)
    return important(sorted(found.values(), key=lambda finding: finding.line))


def important(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one or several texts, each known error once, in the order of importance.

    Where several files show one, the first file given does.
    """
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.id, finding)
    return by_importance(first.values(), lambda finding: (finding.id, finding.error))


def _search(block: Block, known: set[str]) -> dict[str, int]:
    """The ids that a block shows, without those already known, each with its first line's index."""
    squashed = squash_lines(block.lines)
    text = "".join(squashed)
    ends = list(accumulate(map(len, squashed)))
    nearby = _nearby(block.lines)
    found: dict[str, int] = {}
    for words, wordings in _by_words().items():
        if words in text:
            for name, wording in wordings:
                first = None if name in known else _first(wording, block.lines, text, ends, nearby)
                if first is not None and first < found.get(name, len(squashed)):
                    found[name] = first
    for name, wording, at in cut_words(squashed, block.lines):
        if (
            name not in known
            and at < found.get(name, len(squashed))
            and _holds(wording, block.lines, at, at, nearby)
        ):
            found[name] = at
    return found


@functools.cache
def _by_words() -> dict[str, list[tuple[str, Wording]]]:
    """The wordings and the ids they belong to, by what is looked for."""
    found: dict[str, list[tuple[str, Wording]]] = {}
    for name, error in known_errors().items():
        for wording in error.wordings:
            found.setdefault(wording.squashed, []).append((name, wording))
    return found


def _first(
    wording: Wording, lines: Sequence[str], text: str, ends: list[int], nearby: _Nearby
) -> int | None:
    """The first line on which a wording holds; `ends` are the lines' ends in the squashed text."""
    words = wording.squashed
    at = text.find(words)
    while at >= 0:
        first, last = bisect_right(ends, at), bisect_right(ends, at + len(words) - 1)
        if last - first <= WRAPPED and _holds(wording, lines, first, last, nearby):
            return first
        # Not twice for one line.
        at = text.find(words, max(at + 1, ends[first]))
    return None


def _holds(wording: Wording, lines: Sequence[str], first: int, last: int, nearby: _Nearby) -> bool:
    """Whether what has to stand with the words does, and what must not does not."""
    if any(_STARTS.match(line) for line in lines[first + 1 : last + 1]):
        return False
    for message in _messages(lines, first, last):
        if wording.with_ is None or compiled(wording.with_).search(message):
            if wording.unless is not None and compiled(wording.unless).search(
                _with_rest(message, lines, last)
            ):
                return False
            return wording.near is None or nearby(wording.near, first, last)
    return False


def _nearby(lines: Sequence[str]) -> _Nearby:
    """What tells whether a pattern is found around some lines; none is searched twice for one.

    Another program may say thousands of times what only a few lines tell from dockerd's words.
    """
    unknown, without, found = range(3)
    states: dict[str, bytearray] = {}

    def search(pattern: str, first: int, last: int) -> bool:
        state = states.setdefault(pattern, bytearray(len(lines)))
        start, end = max(0, first - NEAR), last + NEAR + 1
        if state.find(found, start, end) >= 0:
            return True
        at = state.find(unknown, start, end)
        while at >= 0:
            if compiled(pattern).search(lines[at]):
                state[at] = found
                return True
            state[at] = without
            at = state.find(unknown, at + 1, end)
        return False

    return search


def _with_rest(message: str, lines: Sequence[str], last: int) -> str:
    """A message, and after it the words that a screen's width seems to have broken off it."""
    line, following = lines[last].rstrip(), lines[last + 1 : last + 2]
    ended = line.endswith((".", "!", "?", ")", "`", "'", '"'))
    if ended or len(line) < NARROW or any(map(_STARTS.match, following)):
        return message
    rest = "".join(following)[:EDGE]
    return f"{message}{rest}\n{message} {rest}"


def _messages(lines: Sequence[str], first: int, last: int) -> Iterator[str]:
    """The lines as one message; then with those before and after that may belong to it.

    A message that is surely over ends with a line break. What a narrow screen wrapped within a word
    is whole only when the lines are put together without a space, which is tried last.
    """
    whole = last + 1 == len(lines) or _STARTS.match(lines[last + 1]) is not None
    yield " ".join(lines[first : last + 1]) + "\n" * whole
    if first != last:
        yield "".join(lines[first : last + 1])
    start, end = first, last
    while start > max(0, first - WRAPPED) and not _STARTS.match(lines[start]):
        start -= 1
    while end < min(len(lines) - 1, last + WRAPPED) and not _STARTS.match(lines[end + 1]):
        end += 1
    if (start, end) != (first, last):
        yield " ".join(lines[start : end + 1])
        yield "".join(lines[start : end + 1])
