"""Removes passwords, tokens, private keys and other secrets from every output of the program."""

import copy
import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import Any, TypeVar

from dockerd_lab.redaction.secret_kinds import KINDS

Data = TypeVar("Data")

#: A recognised secret is hidden wherever it stands, unless it is shorter than this (characters) or
#: of small letters only: then it may be a word of any text.
MIN_LENGTH = 8
_OF_A_KEY = re.compile(r"[A-Za-z0-9+/]+={0,2}(?=[ \t\r]*$|\\[nr])", re.MULTILINE)
_TO_ESCAPE = re.compile(r"""(\\*["']|\\+)""")
_MAY_BE_A_WORD = re.compile(r"[a-z]*|.*\(an? .*", re.DOTALL)


def redact(text: str) -> str:
    r"""Return the text with each recognised secret replaced, for example by `(a password)`.

    >>> redact("-H tcp://me:secret@a:1; proxy_set_header Authorization \"Basic bWU6\"; user: a@b")
    '-H tcp://me:(a password)@a:1; proxy_set_header Authorization "(a password)"; user: a@b'
    >>> redact("a\n-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nb")
    'a\n(a private key)\nb'
    >>> redact("-H tcp://0.0.0.0:2375 --tlskey=/etc/docker/key.pem --label=token-ring")
    '-H tcp://0.0.0.0:2375 --tlskey=/etc/docker/key.pem --label=token-ring'
    """
    return _redact(text)[0]


def redacted(data: Data, also: Iterable[str] = ()) -> Data:
    """Return a copy of data with its texts redacted, at any depth.

    Data are lists, tuples, mappings (their keys stay), dataclasses and pydantic's models. A secret
    that is recognised in one of the texts, or in one of `also`, is hidden in all of them: elsewhere
    it may lack what it is recognised by.

    >>> redacted(["--log-opt splunk-token=K4711-Ai", "no index for K4711-Ai"])
    ['--log-opt splunk-token=(a secret)', 'no index for (a secret)']
    """
    results = {text: _redact(text) for text in (*also, *_texts(data))}
    words: dict[str, str] = {}
    for _, words_of_text in results.values():
        for secret, word in words_of_text.items():
            words.setdefault(secret, word)
    parts = {part: word for secret, word in words.items() for part in _fragments(secret)}
    patterns = [(_escaped(part), parts[part]) for part in sorted(parts, key=len, reverse=True)]

    @cache
    def change(text: str) -> str:
        # The known ones first: of one that is hidden in part, the rest would not be known.
        changed = _without(text, patterns)
        return results[text][0] if changed == text else redact(changed)

    copied: Data = _changed(data, change)
    return copied


@lru_cache(4096)
def _redact(text: str) -> tuple[str, dict[str, str]]:
    """Return the redacted text, and each hidden secret with its substitute.

    The results of a trial, its evidence and those of the next engine have most texts in common.
    """
    words: dict[str, str] = {}
    lowercase = text.lower()
    for kind in KINDS:
        if any(sign in lowercase for sign in kind.signs):
            text = kind.sub(partial(_hide, kind.word, words), text)
    return text, words


def _hide(word: str, words: dict[str, str], match: re.Match[str]) -> str:
    """Return the text of a kind's match, with `word` in the place of its secrets."""
    names = (name for name in match.re.groupindex if name.endswith("secret"))
    parts, end = [], match.start()
    for start, stop in sorted(map(match.span, names)):
        if start < stop:
            words.setdefault(match.string[start:stop], word)
            parts += [match.string[end:start], word]
            end = stop
    return "".join([*parts, match.string[end : match.end()]])


def _without(text: str, patterns: Iterable[tuple[tuple[str, str], str]]) -> str:
    """Return the text with the known secrets hidden; their beginning is looked for first."""
    for (beginning, pattern), word in patterns:
        if beginning in text:
            text = re.sub(pattern, word, text)
    return text


def _escaped(secret: str) -> tuple[str, str]:
    """Return a secret's beginning, and a pattern for it however often it is escaped."""
    beginning, *pieces = _TO_ESCAPE.split(secret)
    pattern = re.escape(beginning)
    for sign, plain in zip(pieces[::2], pieces[1::2], strict=True):
        pattern += r"\\+" if sign[-1] == "\\" else rf"\\*{sign[-1]}"
        pattern += re.escape(plain)
    return beginning, pattern


def _fragments(secret: str) -> Iterator[str]:
    """Yield the parts of a secret to hide wherever they are: its lines, or a key's base64."""
    for part in _OF_A_KEY.findall(secret) if "PRIVATE KEY-----" in secret else secret.splitlines():
        if len(part) >= MIN_LENGTH and not _MAY_BE_A_WORD.fullmatch(part):
            yield part


def _texts(data: Any) -> Iterator[str]:
    """Yield all texts in data; lines that include a private key's first line also as one text."""
    if isinstance(data, str):
        yield data
    parts = _children(data).values()
    lines = [part for part in parts if isinstance(part, str)]
    if any("PRIVATE KEY" in line for line in lines):
        yield "\n".join(lines)
    for part in parts:
        yield from _texts(part)


def _changed(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    parts = {name: _changed(part, change) for name, part in _children(data).items()}
    if isinstance(data, Mapping):
        return parts
    if type(data) in (list, tuple):
        return type(data)(parts.values())
    if _is_model(data):
        return data.model_copy(update=parts)
    if dataclasses.is_dataclass(data):
        data = copy.copy(data)
        for name, part in parts.items():
            object.__setattr__(data, name, part)
    return data


def _children(data: Any) -> Mapping[Any, Any]:
    """Return what data consists of, by field, key or index; nothing for plain values."""
    if isinstance(data, Mapping):
        return data
    if type(data) in (list, tuple):
        return dict(enumerate(data))
    if _is_model(data):
        return dict(data)
    if dataclasses.is_dataclass(data) and not isinstance(data, type):
        return {field.name: getattr(data, field.name) for field in dataclasses.fields(data)}
    return {}


def _is_model(data: Any) -> bool:
    """Return whether it is a pydantic model; pydantic is too slow to import in every pytest."""
    return hasattr(data, "model_copy")
