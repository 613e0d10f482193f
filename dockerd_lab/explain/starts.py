"""Recognises which lines begin a message, and which continue the one above."""

import re
from collections.abc import Sequence

#: A line that begins with as many characters of the line above begins a message, too.
MIN_COMMON = 40

_STARTS = re.compile(
    r"""\s*(?:$|time=|level=|(?:info|warn|erro|fata|debu)\[
    |[\[{(]?\d{4}[-/]\d\d|\[?\d\d:\d\d                         # 2026-11-24, 12:00
    |[^\W\d_]{3,5}\.?\ +\d{1,2}\ \d\d:|\d{1,2}\S?\ \S+\ \d\d:   # Nov 24 12:00, 11月 24 12:00
    |[●×○*-]\ |[$\#%]\ |\S{1,60}@\S{1,60}[:~ ]|```               # systemctl's, a prompt, Markdown
    |(?:docker(?!\ (?:daemon|api|engine|host|client)\b)|curl|error):?\ |docker\.\w+:\ )""",
    re.IGNORECASE | re.VERBOSE,
)


class Starts:
    """Which of some lines begin a message; each line is examined once."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Take the lines, normalised."""
        self._lines = lines
        self._results: list[bool | None] = [None] * len(lines)

    def __call__(self, index: int) -> bool:
        """Return whether the line with this index begins a message."""
        begins = self._results[index]
        if begins is None:
            line = self._lines[index]
            begins = _STARTS.match(line) is not None or (
                index > 0
                and len(line) >= MIN_COMMON
                and self._lines[index - 1].startswith(line[:MIN_COMMON])
            )
            self._results[index] = begins
        return begins
