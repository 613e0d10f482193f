"""Reads nginx's configuration as a tree of directives, with includes in their places."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from dockerd_lab.config.not_read import NotRead
from dockerd_lab.config.paths import NGINX
from dockerd_lab.config.value import Place

#: The file with which nginx begins.
MAIN = f"{NGINX}/nginx.conf"
#: What `nginx -T` prints before each file.
_FILE = re.compile(r"^# configuration file (\S+):$", re.MULTILINE)
#: What stands between words, a quoted word, a mark, and any other word. In a word `${` begins a
#: variable, and a backslash takes the next character with it.
_TOKEN = re.compile(
    r"""(?P<gap>\s+|\#[^\n]*)
    |"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'
    |(?P<mark>[;{}])
    |(?P<word>(?:\$\{[^}]*\}|\\.|[^\s;{\\])+)""",
    re.VERBOSE | re.DOTALL,
)
#: What may follow a quoted word.
_AFTER_QUOTE = " \t\r\n;{)"
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", '"': '"', "'": "'", "\\": "\\"}
#: Files include each other at most this deep.
_MAX_DEPTH = 10
#: Blocks lie in each other at most this deep; nginx's own directives need a third of that.
_MAX_NESTING = 20


@dataclass(frozen=True)
class Node:
    """One directive, or a line of a block that has no directives, such as `map`."""

    name: str
    arguments: tuple[str, ...]
    """Without quotes."""
    file: str
    line: int
    block: "tuple[Node, ...]" = ()

    @property
    def place(self) -> Place:
        """Return where it is."""
        return Place(self.file, self.line)

    @property
    def first(self) -> str:
        """Return the first argument; empty if there is none."""
        return (self.arguments or ("",))[0]

    @property
    def value(self) -> str:
        """Return the arguments as one text."""
        return " ".join(self.arguments)

    def all(self, *names: str) -> "Iterator[Node]":
        """Yield the directives of these names in its block, at any depth; without names, all."""
        for node in self.block:
            if not names or node.name in names:
                yield node
            yield from node.all(*names)

    def own(self, *names: str) -> "list[Node]":
        """Return the directives of these names directly in its block."""
        return [node for node in self.block if node.name in names]


def split_dump(dump: str) -> dict[str, str]:
    r"""Return the files that `nginx -T` prints: texts by path.

    >>> split_dump("# configuration file /etc/nginx/nginx.conf:\nevents { }\n")
    {'/etc/nginx/nginx.conf': 'events { }\n'}
    """
    parts = _FILE.split(dump)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {path: text.removeprefix("\n") for path, text in texts.items()}


def parse(texts: Mapping[str, str]) -> Node:
    """Return the whole configuration as the block of a Node without a name; texts are by path.

    >>> parse({MAIN: "http { include x/*; }", "/etc/nginx/x/a": "allow 'a b';"}).block[0].block
    (Node(name='allow', arguments=('a b',), file='/etc/nginx/x/a', line=1, block=()),)
    """
    return Node("", (), MAIN, 0, tuple(_included(texts, MAIN, 0)))


def parse_file(file: str, text: str, *, strict: bool = False) -> Node:
    """Return a file's directives, `include` among them, as the block of a Node without a name.

    With `strict`, raise NotRead with the line at which nginx would not go on reading.

    >>> parse_file("a", "server { listen 80 }", strict=True)
    Traceback (most recent call last):
    dockerd_lab.config.not_read.NotRead: line 1: }
    """
    return Node("", (), file, 1, tuple(_read_block(file, _tokens(text, strict), strict)))


def _included(texts: Mapping[str, str], pattern: str, depth: int) -> Iterator[Node]:
    """Yield the directives of the files that a pattern names."""
    path = str(PurePosixPath(NGINX) / pattern)
    for file in sorted(texts):
        if fnmatch(file, path) and depth <= _MAX_DEPTH:
            yield from _with_includes(texts, parse_file(file, texts[file]).block, depth)


def _with_includes(texts: Mapping[str, str], block: Iterable[Node], depth: int) -> Iterator[Node]:
    for node in block:
        if node.name == "include" and not node.block:
            yield from _included(texts, node.value, depth + 1)
        else:
            yield replace(node, block=tuple(_with_includes(texts, node.block, depth)))


def _read_block(
    file: str, tokens: Iterator[tuple[str, int, bool]], strict: bool, *, depth: int = 0
) -> Iterator[Node]:
    """Yield the directives up to the end of a block, or of the file if no block is open.

    `depth` is the number of open blocks. A block that lies too deep is read as if it had none.
    """
    words: list[str] = []
    first_line = 0
    for text, line, is_mark in tokens:
        if not is_mark:
            first_line = first_line if words else line
            words.append(text)
            continue
        is_wrong = (bool(words) or not depth) if text == "}" else not words
        is_too_deep = text == "{" and depth >= _MAX_NESTING
        if strict and (is_wrong or is_too_deep):
            raise NotRead(f"line {line}: {text}")
        if text == "}":
            return
        if text == "{" or words:
            # What stands in a block of Lua is read as if it were nginx's: it has no effect here.
            has_block = text == "{" and not is_too_deep
            block = _read_block(file, tokens, strict, depth=depth + 1) if has_block else ()
            name, *arguments = words or [""]
            yield Node(name, tuple(arguments), file, first_line, tuple(block))
            words = []
    if strict and (words or depth):
        raise NotRead("its end")


def _tokens(text: str, strict: bool) -> Iterator[tuple[str, int, bool]]:
    """Yield each word and mark of a file, its line, and whether it is a mark."""
    position, line = 0, 1
    while (match := _TOKEN.match(text, position)) is not None:
        kind, position = match.lastgroup or "", match.end()
        is_quoted = kind in ("double", "single")
        if is_quoted:
            yield re.sub(r"\\([trn\"'\\])", lambda m: _ESCAPES[m[1]], match[kind]), line, False
        elif kind != "gap":
            yield match[kind], line, kind == "mark"
        line += match[0].count("\n")
        is_open = kind == "word" and match[0][0] in "\"'"
        if strict and (
            is_open or (is_quoted and text[position : position + 1] not in _AFTER_QUOTE)
        ):
            raise NotRead(f"line {line}: quotes")
    if strict and position < len(text):
        raise NotRead(f"line {line}: {text[position]}")
