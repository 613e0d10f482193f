"""Normalises text: terminals, forums and editors show the same line in many ways."""

import functools
import html
import re
import unicodedata
from collections.abc import Sequence

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\^_])")
_ENTITY = re.compile(r"&(?:quot|apos|amp|lt|gt|nbsp|#\d{2,4}|#[xX][0-9a-fA-F]{2,4});")
# A tag at a line's end would be taken for the mark of a cut line.
_TAG = re.compile(
    r"</?(?:a|b|br|blockquote|code|div|em|i|li|p|pre|span|strong|td|tr)(?: [^<>\n]{0,200})?/?>"
)
_QUOTED = re.compile(r"^[ \t]*>[> \t]*", re.MULTILINE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]{1,100}")
_UNICODE = re.compile(r"\\u(?!d[89a-f]|00[01])([0-9a-f]{4})", re.IGNORECASE)
# A line break, a tab in a string of JSON, Python or Go; there, a path's backslashes are doubled.
_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)(?:\\[rnt])+")
_STRING = re.compile(r"""["'](?:msg|log|message|std(?:out|err)|error)["']: ?["']|\bmsg=\"""")
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‘’‚′´", "'"),
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", None),
    }
)
_DROPPED = b" \t\r\f\v\x00\"'`\\"


def normalise(text: str) -> str:
    r"""Return the text without colours, entities, full-width letters and typographic quotes.

    Line breaks stay where they are, so that line numbers still hold.

    >>> normalise('\x1b[31mGet &quot;http://a&quot;：refused\r\n')
    'Get "http://a":refused\n'
    """
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if "\r" in text:
        # A lone carriage return is a progress bar's; as a line break it would shift all numbers.
        text = text.replace("\r\n", "\n").replace("\r", " ")
    if "\x00" in text:
        text = text.replace("\x00", "")
    if "\\u" in text:
        text = _UNICODE.sub(lambda match: chr(int(match[1], 16)), text)
    if "\\n" in text:
        text = "\n".join(
            _ESCAPED.sub(r"\1 ", line) if "\\n" in line and _STRING.search(line) else line
            for line in text.split("\n")
        )
    if "</" in text or "<br" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if not text.isascii():
        text = _NOT_ASCII.sub(lambda match: _plain(match[0]), text)
    if text.startswith(">") or "\n>" in text or "\n >" in text:
        text = _QUOTED.sub("", text)
    return text


@functools.lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    # The dashes and quotes first: NFKC knows only some of them. It makes "..." of "…".
    return unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY))


def squash(text: str) -> str:
    r"""Return the text in lower case, without spaces, line breaks, quotes and backslashes.

    >>> squash('msg=\"pid file\n found\"')
    'msg=pidfilefound'
    """
    return "".join(squash_lines([text]))


def squash_lines(lines: Sequence[str]) -> list[str]:
    """Return many lines squashed; that is several times as fast as `squash` for each."""
    # Bytes, because their translate() is thirty times as fast as that of str.
    text = "\n".join(lines).lower().encode("utf-8", "surrogatepass")
    return text.translate(None, _DROPPED).decode("utf-8", "surrogatepass").split("\n")
