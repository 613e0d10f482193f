"""Reads logs of any size and any encoding as a stream."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

#: How much is read at once (bytes).
PIECE_SIZE = 1 << 20
#: Of a longer line only the beginning is read: it is no log's (characters).
MAX_LINE_LENGTH = 32_000_000


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


def pieces(stream: Readable) -> Iterator[str]:
    """Yield the text of a stream in pieces: UTF-16 if it has a byte order mark, otherwise UTF-8.

    Bytes that cannot be decoded are replaced; no input is refused.

    >>> import io
    >>> "".join(pieces(io.BytesIO("docker".encode("utf-16"))))
    'docker'
    """
    start = stream.read(PIECE_SIZE)
    utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decode = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")("replace").decode
    piece = start
    while piece:
        yield decode(piece)
        piece = stream.read(PIECE_SIZE)
    yield decode(b"", True)


def without_endless_lines(pieces: Iterable[str], on_cut: Callable[[], None]) -> Iterator[str]:
    r"""Yield a text's pieces without the rest of each line that is longer than MAX_LINE_LENGTH.

    Calls `on_cut` for each such line. Line numbers still hold.

    >>> list(without_endless_lines(["a" * MAX_LINE_LENGTH, "b", "c", "d\ne"], print))[1:]
    <BLANKLINE>
    ['b', '\ne']
    """
    length = 0
    for piece in pieces:
        end = piece.find("\n")
        if end >= 0:
            yield piece if length <= MAX_LINE_LENGTH else piece[end:]
            length = len(piece) - piece.rfind("\n") - 1
        elif length <= MAX_LINE_LENGTH:
            yield piece
            length += len(piece)
            if length > MAX_LINE_LENGTH:
                on_cut()
