"""Reads logs of any size and any encoding as a stream."""

import codecs
from collections.abc import Iterator
from typing import Protocol

#: How much is read at once (bytes).
PIECE_SIZE = 1 << 20


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
