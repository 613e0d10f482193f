"""Makes a short text that a regular expression matches, and tells secrets from other words."""

import importlib
import re
from typing import Any

#: Python's own parser of regular expressions; the modules that use it are not public.
_parser: Any = importlib.import_module("re._parser")
#: What PCRE writes differently.
_PCRE = {
    r"\(\?<(?![=!])": "(?P<",
    r"\\z": r"\\Z",
    r"\\h": r"[ \\t]",
    r"\[\[:alnum:\]\]": "[a-zA-Z0-9]",
    r"\[\[:alpha:\]\]": "[a-zA-Z]",
    r"\[\[:digit:\]\]": "[0-9]",
    r"\[\[:xdigit:\]\]": "[0-9a-fA-F]",
}
#: An example of each class of characters, and the characters tried where some are excluded.
_CLASSES = {
    "CATEGORY_DIGIT": "1",
    "CATEGORY_WORD": "a",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": "a",
}
_USUAL = "a1-/.A _:,=;~"
#: A secret has at least this many characters.
_MIN_SECRET = 8


def python_regex(regex: str, *, ignore_case: bool = False) -> "re.Pattern[str]":
    """Return a regular expression of PCRE's, compiled; raise re.error if Python has none such."""
    for pcre, python in _PCRE.items():
        regex = re.sub(pcre, python, regex)
    return re.compile(regex, re.IGNORECASE if ignore_case else 0)


def example(pattern: "re.Pattern[str]", wild: str = "") -> str | None:
    r"""Return a short text that a pattern finds, or None if there is none so simple.

    `wild` stands where the pattern takes any text, as `.*` does.

    >>> example(re.compile(r"^/api/endpoints/\d+/docker/(.*)$"))
    '/api/endpoints/1/docker/'
    """
    text = _sequence(_parser.parse(pattern.pattern, pattern.flags & re.IGNORECASE), {}, wild)
    return text if pattern.search(text) else None


def has_secret(text: str) -> bool:
    """Return whether a word of a text looks random: it is a secret that nobody can guess.

    >>> has_secret("^Bearer q7Zt2LxV0mKc9RfY$"), has_secret("Example Ltd 2024"), has_secret("ops")
    (True, False, False)
    """
    return any(map(_looks_random, re.findall(r"[A-Za-z0-9]+", text)))


def _looks_random(word: str) -> bool:
    """Return whether a word changes often between small letters, capitals and digits."""
    if len(word) < _MIN_SECRET:
        return False
    kinds = re.sub("[a-z]+", "a", re.sub("[A-Z]+", "A", re.sub("[0-9]+", "1", word)))
    return len(kinds) > len(word) / (3 if "1" in kinds else 2)


def literal(pattern: "re.Pattern[str]") -> str:
    """Return the characters that a pattern has literally, a space for everything else.

    >>> literal(re.compile("^Bearer [a-z]+x$"))
    'Bearer  x'
    """
    tree = _parser.parse(pattern.pattern, pattern.flags & re.IGNORECASE)
    return "".join(_literals(tree))


def _literals(tree: Any) -> "list[str]":
    texts = []
    for operator, argument in tree:
        kind = str(operator)
        if kind == "LITERAL":
            texts.append(chr(argument))
        elif kind == "SUBPATTERN":
            texts += _literals(argument[-1])
        elif kind == "BRANCH":
            texts += [text for branch in argument[1] for text in (*_literals(branch), " ")]
        elif kind != "AT":
            texts.append(" ")
    return texts


def _sequence(tree: Any, groups: dict[int, str], wild: str) -> str:
    return "".join(_one(str(operator), argument, groups, wild) for operator, argument in tree)


def _one(kind: str, argument: Any, groups: dict[int, str], wild: str) -> str:
    """Return an example of a part of a regular expression, as Python's parser names it.

    That of an assertion is empty: whether the whole example fulfils it is tried.
    """
    text = ""
    if kind == "LITERAL":
        text = chr(argument)
    elif kind == "NOT_LITERAL":
        text = next(each for each in _USUAL if each != chr(argument))
    elif kind == "ANY":
        text = "a"
    elif kind == "IN":
        text = _member(argument)
    elif kind == "BRANCH":
        text = _sequence(argument[1][0], groups, wild)
    elif kind == "SUBPATTERN":
        text = groups[argument[0]] = _sequence(argument[-1], groups, wild)
    elif kind == "GROUPREF":
        text = groups.get(argument, "")
    elif kind == "ATOMIC_GROUP":
        text = _sequence(argument, groups, wild)
    elif kind.endswith("_REPEAT"):
        least, most, repeated = argument
        takes_anything = most == _parser.MAXREPEAT and len(repeated) == 1 and _takes_slash(repeated)
        text = wild if takes_anything and wild else _sequence(repeated, groups, wild) * least
    return text


def _takes_slash(repeated: Any) -> bool:
    """Return whether a part of one character takes a slash as well as a letter."""
    kind, argument = str(repeated[0][0]), repeated[0][1]
    if kind == "NOT_LITERAL":
        return bool(argument != ord("/"))
    return kind == "ANY" or (kind == "IN" and all(_matches(argument, each) for each in "/c"))


def _member(items: Any) -> str:
    r"""Return a character of a set such as `[\w-]`."""
    (first, argument), *_ = items
    if str(first) != "NEGATE":
        if str(first) == "CATEGORY":
            return _CLASSES.get(str(argument), "a")
        return chr(argument[0] if str(first) == "RANGE" else argument)
    return next((each for each in _USUAL if _matches(items, each)), "")


def _matches(items: Any, character: str) -> bool:
    """Return whether a set has a character."""
    negated = str(items[0][0]) == "NEGATE"
    found = False
    for kind, argument in items:
        if str(kind) == "LITERAL":
            found |= argument == ord(character)
        elif str(kind) == "RANGE":
            found |= argument[0] <= ord(character) <= argument[1]
        elif str(kind) == "CATEGORY":
            name = str(argument).removeprefix("CATEGORY_")
            letter = {"DIGIT": "d", "WORD": "w", "SPACE": "s"}[name.removeprefix("NOT_")]
            escape = letter.upper() if name.startswith("NOT_") else letter
            found |= re.match(f"\\{escape}", character) is not None
    return found is not negated
