"""Cuts a text that comes in pieces into blocks of numbered lines, in bounded memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dockerd_lab.explain.normalise import normalise
from dockerd_lab.redaction.redact import redact

#: The size of a block, which is searched at once (characters).
SIZE = 1 << 20
#: A longer line is searched in parts of this length (characters).
MAX_LINE = 2048
#: Parts of a line overlap by this, so that words are whole in one of them (characters).
OVERLAP = 512
#: How many lines at a block's end are searched with the next block too.
OVERLAP_LINES = 80


@dataclass(frozen=True)
class Block:
    """Normalised lines, and the number of each in the text."""

    lines: list[str]
    numbers: list[int]
    final: bool = True


def blocks(pieces: Iterable[str]) -> Iterator[Block]:
    r"""Yield the text's lines in blocks; each block repeats the last lines of the one before.

    So a message of several lines, and what is near it, are in one block together.

    >>> [block.numbers for block in blocks(["one\ntw", "o"])]
    [[1, 2]]
    """
    previous = Block([], [])
    number = 1
    for text, final in _texts(pieces):
        lines, numbers = previous.lines, previous.numbers
        for line in map(_redact_long_line, normalise(text.removesuffix("\n")).split("\n")):
            if len(line) <= MAX_LINE:
                lines.append(line)
                numbers.append(number)
            else:
                parts = range(0, len(line) - OVERLAP, MAX_LINE - OVERLAP)
                lines += [line[at : at + MAX_LINE] for at in parts]
                numbers += [number] * len(parts)
            number += 1
        if not text.endswith("\n"):
            number -= 1  # the line's end is still to come
        yield Block(lines, numbers, final)
        previous = Block(lines[-OVERLAP_LINES:], numbers[-OVERLAP_LINES:])


def _redact_long_line(line: str) -> str:
    """Return a line, redacted if it will be cut: half a secret is not recognised."""
    return redact(line) if len(line) > MAX_LINE else line


def _texts(pieces: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield the text in parts of about SIZE, each with whether it is the last.

    A part starts at the beginning of a line, or continues a line without end.
    """
    pending: list[str] = []
    size = 0
    for piece in pieces:
        pending.append(piece)
        size += len(piece)
        if size >= SIZE:
            text = "".join(pending)
            # A line without end is handed on in parts that overlap.
            end = text.rfind("\n") + 1 or len(text)
            yield text[:end], False
            rest = text[end:] or ("" if text.endswith("\n") else text[-OVERLAP:])
            pending, size = [rest], len(rest)
    yield "".join(pending), True
