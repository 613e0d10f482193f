"""Reads logs of any size and any encoding as a stream."""

import codecs
from collections.abc import Iterator
from typing import Protocol

#: How much is read at once (bytes).
PIECE = 1 << 20


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """As many bytes at most; none at the end."""


def pieces(stream: Readable) -> Iterator[str]:
    """The text of a stream in pieces: UTF-16 where it says so, otherwise UTF-8.

    What cannot be decoded is replaced; no input is refused.

    >>> import io
    >>> "".join(pieces(io.BytesIO("docker".encode("utf-16"))))
    'docker'
    """
    start = stream.read(PIECE)
    utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decode = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")("replace").decode
    piece = start
    while piece:
        yield decode(piece)
        piece = stream.read(PIECE)
    yield decode(b"", True)
