"""Opens what `explain` reads: a file, standard input, or the text of an error itself."""

import difflib
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import known_errors
from dockerd_lab.explain.reading import MAX_LINE_LENGTH, pieces, without_endless_lines

#: How much of a text is kept for a guess if nothing is found (characters).
SAMPLE_SIZE = 20_000
#: How much of a name that cannot be read is printed (characters).
MAX_NAME = 200
#: Progress is printed after this time, and then as often (seconds).
PROGRESS_INTERVAL = 10.0

_PASTE = """\
dockerd-lab: paste the log or the error, press Enter, then Ctrl-D (Ctrl-C ends without an answer);
or: journalctl -r -u docker --no-pager | dockerd-lab explain
"""
_KINDS = {
    b"LPKSHHRH": "a journal in its binary form: journalctl --file {0} | dockerd-lab explain",
    b"\x1f\x8b": "compressed: zcat {0} | dockerd-lab explain",
    b"\xfd7zXZ": "compressed: xzcat {0} | dockerd-lab explain",
    b"(\xb5/\xfd": "compressed: zstdcat {0} | dockerd-lab explain",
    b"BZh": "compressed: bzcat {0} | dockerd-lab explain",
    b"PK\x03\x04": "an archive: unzip -p {0} | dockerd-lab explain",
}


class Source:
    """A text to explain: its pieces, which can be read once, and a remark about it after that."""

    def __init__(self, label: str, stream: BinaryIO | None, text: str = "") -> None:
        """Take the name for messages, and either a stream or the text itself."""
        self.label = label
        self.sample = ""
        self._stream, self._text = stream, text
        self._start = b""
        self._size = 0

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces of any size; print progress on standard error if it is long.

        Raises BadInput if it cannot be read.
        """
        if self._stream is None:
            self._size = len(self._text)
            self.sample = self._text[:SAMPLE_SIZE]
            yield self._text
            return
        last_progress = time.monotonic()
        try:
            read = pieces(_RecordingStream(self._stream, self))
            for piece in without_endless_lines(read, self._say_that_a_line_is_cut):
                if len(self.sample) < SAMPLE_SIZE:
                    self.sample += piece[: SAMPLE_SIZE - len(self.sample)]
                if time.monotonic() - last_progress > PROGRESS_INTERVAL:
                    last_progress = time.monotonic()
                    self._print(f"{self._size / 1e6:.0f} MB of {self._name} read")
                yield piece
        except OSError as error:
            raise BadInput(f"{self._name}: cannot be read: {error.strerror}") from None
        finally:
            if self.label:
                self._stream.close()

    @property
    def _name(self) -> str:
        return self.label or "standard input"

    def _say_that_a_line_is_cut(self) -> None:
        length = f"{MAX_LINE_LENGTH / 1e6:.0f} MB"
        self._print(f"a line of {self._name} is longer than {length}; its rest is not searched")

    @staticmethod
    def _print(remark: str) -> None:
        print(f"dockerd-lab: {remark}", file=sys.stderr, flush=True)

    def note(self, data: bytes) -> None:
        """Add data that was read to the size, and keep what the text starts with."""
        self._start = self._start or data[:4096]
        self._size += len(data)

    def remark(self) -> str:
        """Return why nothing can be found in the text; empty if there is no such reason."""
        name = self._name
        if not self._size:
            return f"{name} is empty"
        for magic, words in _KINDS.items():
            if self._start.startswith(magic):
                return f"{name} is {words.format(self.label or 'FILE')}"
        # UTF-16 without its mark has every second byte empty, and was read all the same.
        empty = self._start.count(0) > len(self._start) // 8 and b"\x00\x00" in self._start
        # A log in an old encoding of Europe's has a few letters that are no UTF-8.
        if empty or self.sample.count("\ufffd") > len(self.sample) // 4:
            return f"{name} is binary, and no log"
        return ""


class _RecordingStream:
    """A stream that notes in the source what was read."""

    def __init__(self, stream: BinaryIO, source: Source) -> None:
        self._stream, self._source = stream, source

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end."""
        data = self._stream.read(size)
        self._source.note(data)
        return data


def open_source(name: str) -> Source:
    """Return the text that an argument names: a file, `-` for standard input, or an error in full.

    Raises BadInput if it is none of these.
    """
    if name == "-":
        if sys.stdin is None:  # closed, as by `<&-`
            raise BadInput("nothing to read: standard input is closed", "dockerd-lab explain FILE")
        if sys.stdin.isatty():
            print(_PASTE, file=sys.stderr, end="", flush=True)
        return Source("", sys.stdin.buffer)
    if not name.strip():
        raise BadInput("the name of a log is empty", "dockerd-lab explain FILE")
    path = Path(name)
    with suppress(OSError, ValueError):
        if path.is_dir():
            raise BadInput(
                f"{name}: cannot be read: it is a directory; `explain` takes logs",
                f"dockerd-lab validate {name}   # a configuration is judged so",
            )
    try:
        return Source(name, path.open("rb"))
    except FileNotFoundError as error:
        missing = error.strerror
    except (OSError, ValueError) as error:  # a name too long, or with a NUL, is no name of a file
        missing = getattr(error, "strerror", None) or str(error)
        if isinstance(error, PermissionError):
            raise BadInput(f"{name}: cannot be read: {missing}") from None
    if " " in name.strip():
        return Source("", None, name)
    similar = difflib.get_close_matches(name, known_errors(), 1)
    hint = f"dockerd-lab explain {similar[0]}" if similar else "dockerd-lab explain --list"
    shown = name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}…"
    raise BadInput(f"{shown}: cannot be read: {missing}; it is no known error's id, either", hint)
