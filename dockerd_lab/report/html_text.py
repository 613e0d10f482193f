r"""Makes any text safe to read in the HTML report: nothing in it hides, moves or floods the page.

Jinja escapes what HTML interprets; this shows what a terminal or a browser would interpret.
"""

import re

#: Characters of one value that are shown; of longer ones the rest is left out, and said so.
MAX_LENGTH = 6_000
#: What is shown as `\x1b` or `\u202e`: control characters but for a tab and the end of a line,
#: marks that reverse or hide text, lone surrogates, and code points that are no characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)


def visible(text: str, limit: int = MAX_LENGTH) -> str:
    r"""Return a text with invisible characters spelled out, cut after `limit` characters.

    >>> visible("\x1b[31mred\u202e")
    '\\x1b[31mred\\u202e'
    >>> visible("abcdef", 3)
    'abc … (3 characters left out)'
    """
    left_out = len(text) - limit
    shown = _HIDDEN.sub(_spell, text[:limit].replace("\r\n", "\n"))
    return f"{shown} … ({left_out:,} characters left out)" if left_out > 0 else shown


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= 0xFF:  # noqa: PLR2004  (what \x can say)
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
