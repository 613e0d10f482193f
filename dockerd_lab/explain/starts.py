"""Recognises which lines begin a message, and which continue the one above."""

import re
from collections.abc import Sequence

#: A line that begins with as many characters as the line above, but for numbers, begins a message.
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

    def __init__(self, lines: Sequence[str], masked: Sequence[str]) -> None:
        """Take the lines, normalised, and the same with each number masked."""
        self._lines, self._masked = lines, masked
        self._results: list[bool | None] = [None] * len(lines)

    def __call__(self, index: int) -> bool:
        """Return whether the line with this index begins a message."""
        begins = self._results[index]
        if begins is None:
            masked = self._masked[index]
            begins = _STARTS.match(self._lines[index]) is not None or (
                index > 0
                and len(masked) >= MIN_COMMON
                and self._masked[index - 1].startswith(masked[:MIN_COMMON])
            )
            self._results[index] = begins
        return begins
