r"""Makes any text safe to read in the HTML report: nothing in it hides, moves or floods the page.

Jinja escapes what HTML interprets; this shows what a terminal or a browser would interpret.
"""

import re
from typing import Any

from dockerd_lab.judge.verdict import Report

#: Characters of one value that are shown; of longer ones the rest is left out, and said so.
MAX_LENGTH = 6_000
#: What is shown as `\x1b` or `\u202e`: control characters but for a tab and the end of a line,
#: marks that reverse or hide text, lone surrogates, and code points that are no characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return a text with invisible characters spelled out.

    >>> visible("\x1b[31mred\u202e")
    '\\x1b[31mred\\u202e'
    """
    if text.isascii() and text.isprintable():  # as nearly all are
        return text
    return _HIDDEN.sub(_spell, text.replace("\r\n", "\n"))


def visible_report(report: Report) -> Report:
    """Return a report in which every text is visible."""
    return Report.model_validate(_visible(report.model_dump(by_alias=True)))


def cut(text: str, limit: int = MAX_LENGTH) -> str:
    """Return a text of at most `limit` characters, and how many were left out.

    >>> cut("abcdef", 3)
    'abc … (3 characters left out)'
    """
    left_out = len(text) - limit
    return f"{text[:limit]} … ({left_out:,} characters left out)" if left_out > 0 else text


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters: of a longer one the middle is left out.

    >>> shortened("ssh://deploy@192.168.3.201", 15)
    'ssh://d…8.3.201'
    """
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    return f"{text[:head]}…{text[head + 1 - limit :]}"


def _visible(data: Any) -> Any:
    if isinstance(data, dict):
        return {_visible(key): _visible(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_visible(each) for each in data]
    return visible(data) if isinstance(data, str) else data


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= 0xFF:  # noqa: PLR2004  (what \x can say)
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
