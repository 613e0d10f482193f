"""Parses nginx's configuration into blocks, or says that it cannot."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\"[^\"\\\n]*\"|'[^'\\\n]*'|[{};]|[^\s{};\"'\\]+|(?P<other>[\"'\\])")


class NotRead(ValueError):
    """Raised for a text that this parser does not know."""


@dataclass(frozen=True)
class Directive:
    """A directive, with those in its block if it has one."""

    name: str
    arguments: tuple[str, ...]
    file: str
    line: int
    block: tuple["Directive", ...] = field(default=())

    @property
    def value(self) -> str:
        """Return the arguments as one text."""
        return " ".join(self.arguments)

    def named(self, *names: str) -> list["Directive"]:
        """Return the directives of these names in the block itself."""
        return [each for each in self.block if each.name in names]

    def walk(self) -> Iterator["Directive"]:
        """Yield all directives in the block, at any depth."""
        for each in self.block:
            yield each
            yield from each.walk()


def parse(file: str, text: str) -> Directive:
    """Return a file's directives as the block of a directive without a name.

    Raises NotRead if braces or quotes do not match, or for escapes.
    """
    uncommented = re.sub(r"(?m)(^|\s)#.*", r"\1", text)
    stack: list[list[Directive]] = [[]]
    heads: list[tuple[list[str], int]] = []
    words: list[str] = []
    line = 1
    for match in _TOKEN.finditer(uncommented):
        word = match[0]
        number = uncommented.count("\n", 0, match.start()) + 1
        if match["other"]:
            raise NotRead(f"line {number}: quotes or escapes")
        if not words:
            line = number
        if word == ";" and words:
            stack[-1].append(_directive(words, file, line, ()))
            words = []
        elif word == "{" and words:
            heads.append((words, line))
            stack.append([])
            words = []
        elif word == "}" and not words and heads:
            head, line = heads.pop()
            block = tuple(stack.pop())
            stack[-1].append(_directive(head, file, line, block))
        elif word in ("{", "}", ";"):
            raise NotRead(f"line {number}: {word}")
        else:
            words.append(word)
    if words or heads:
        raise NotRead("its end")
    return Directive("", (), file, 1, tuple(stack[0]))


def _directive(words: list[str], file: str, line: int, block: tuple[Directive, ...]) -> Directive:
    name, *arguments = words
    return Directive(name, tuple(each.strip("\"'") for each in arguments), file, line, block)
