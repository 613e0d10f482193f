"""Reads rules of nftables and of iptables-save as a tree of statements.

Both write a statement a line; those of nftables may have a block of others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dockerd_lab.config.not_read import NotRead

#: A comment, a quoted word, a mark, and any other word. Only nftables has marks.
_TOKEN = re.compile(
    r"""(?P<gap>[ \t\r]+|\#[^\n]*)|(?P<mark>[{};\n])
    |(?P<word>"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s{};"'\#]+)|(?P<other>.)""",
    re.VERBOSE,
)
#: Blocks within blocks are at most this deep: a table's chains. Deeper braces are a rule's sets.
_BLOCKS = 2


@dataclass(frozen=True)
class Statement:
    """One statement: a table, a chain, a rule, or a line of iptables-save."""

    words: tuple[str, ...]
    """With their quotes; the braces of a set are words."""
    line: int
    block: "tuple[Statement, ...] | None" = None

    @property
    def text(self) -> str:
        """Return the words on one line."""
        return " ".join(self.words)


def parse(text: str, *, strict: bool = False) -> tuple[Statement, ...]:
    r"""Return the statements of a text.

    With `strict`, raise NotRead with the line where braces or quotes do not match.

    >>> [table] = parse("table ip t {\n chain c { tcp dport { 22, 80 } accept; }\n}")
    >>> table.block[0].block
    (Statement(words=('tcp', 'dport', '{', '22,', '80', '}', 'accept'), line=2, block=None),)
    >>> parse("-A INPUT -p tcp -m comment --comment 'a; b' -j DROP")[0].words[-3:]
    ("'a; b'", '-j', 'DROP')
    """
    return tuple(_statements(_tokens(text, strict), strict, 0))


def _statements(tokens: Iterator[tuple[str, int]], strict: bool, depth: int) -> Iterator[Statement]:
    """Yield the statements up to the end of a block, or of the text where `depth` is 0."""
    words: list[str] = []
    first_line = sets = 0
    for word, line in tokens:
        first_line = first_line if words else line
        if word == "{" and depth < _BLOCKS:
            block = tuple(_statements(tokens, strict, depth + 1))
            yield Statement(tuple(words), first_line, block)
            words = []
        elif word in "{}" and (sets or word == "{"):
            sets += 1 if word == "{" else -1
            words.append(word)
        elif word == "}" or (word in ";\n" and not sets):
            if words:
                yield Statement(tuple(words), first_line)
            words = []
            if word == "}" and depth:
                return
            if word == "}" and strict:
                raise NotRead(f"line {line}: a closing brace too many")
        elif word != "\n":
            words.append(word)
    if strict and (depth or sets):
        raise NotRead(f"line {first_line}: an opening brace too many")
    if words:
        yield Statement(tuple(words), first_line)


def _tokens(text: str, strict: bool) -> Iterator[tuple[str, int]]:
    """Yield each word and mark with its line."""
    line = 1
    for match in _TOKEN.finditer(text):
        if match["other"] and strict:
            raise NotRead(f"line {line}: quotes")
        if not match["gap"]:
            yield match[0], line
        line += match[0] == "\n"
