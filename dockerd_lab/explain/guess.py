"""Guesses which known errors a text may mean if none was found, with reasons for and against."""

import functools
import math
import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass

from dockerd_lab.explain.model import Wording, compiled, known_errors
from dockerd_lab.explain.normalise import normalise, squash

#: At most this many guesses are returned.
MAX_GUESSES = 3
#: One line must have at least this many of a wording's words.
MIN_WORDS = 2
#: One line must have at least this share of a wording's words, by their weight.
MIN_SHARE = 0.6

_DOCKER = re.compile(r"docker|\b237[56]\b|containerd|moby", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[a-z][a-z0-9_.-]{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Guess:
    """A known error that may be meant."""

    id: str
    likeness: float
    """1 where the wording's words are there, and only what has to stand with them is not."""
    line: int
    speaks_for: str
    speaks_against: str


def guesses(text: str) -> list[Guess]:
    """Return the known errors nearest to a text, the nearest first; none if it is not Docker's.

    >>> guesses("the docker network is slow today")
    []
    """
    text = normalise(text)
    if not _DOCKER.search(text):
        return []
    best: dict[str, Guess] = {}
    examined: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        squashed = squash(line)
        masked = _DIGITS.sub("0", squashed)  # a log repeats its lines with other numbers
        if masked in examined:
            continue
        examined.add(masked)
        words = frozenset(_words(line))
        for known in _candidates(words, squashed):
            guess = _guess(known, number, line, squashed, words)
            if guess and guess.likeness > (best[known.id].likeness if known.id in best else 0):
                best[known.id] = guess
    return sorted(best.values(), key=lambda guess: -guess.likeness)[:MAX_GUESSES]


@dataclass(frozen=True)
class _Known:
    """A wording, its error's id, and its words with how much each counts."""

    id: str
    wording: Wording
    weights: dict[str, float]

    @functools.cached_property
    def weight(self) -> float:
        return sum(self.weights.values())


def _candidates(words: Set[str], squashed: str) -> Iterator[_Known]:
    """Yield the wordings that stand in a line, or share enough words with it."""
    known, by_word = _known_wordings()
    common = Counter(number for word in words for number in by_word.get(word, ()))
    for number, each in enumerate(known):
        if common[number] >= MIN_WORDS or each.wording.squashed in squashed:
            yield each


def _guess(known: _Known, number: int, line: str, squashed: str, words: Set[str]) -> Guess | None:
    wording = known.wording
    if wording.squashed in squashed:
        speaks_for = f"it says “{wording.words}”"
        return Guess(known.id, 1, number, speaks_for, _speaks_against(wording, line))
    common = sorted(known.weights.keys() & words)
    share = sum(known.weights[word] for word in common) / known.weight
    if share < MIN_SHARE:
        return None
    return Guess(
        known.id,
        share * 0.99,
        number,
        f"it says {', '.join(common)}",
        f"the known message is “{wording.words}”",
    )


def _speaks_against(wording: Wording, line: str) -> str:
    """Return why a line with the wording's words was not taken for the error."""
    if wording.unless and (match := compiled(wording.unless).search(line)):
        return f"“{match[0]}” stands beside it, which tells of something else"
    if wording.with_ and not compiled(wording.with_).search(line):
        return "the rest of the message is not the known one"
    return "no line around it shows that Docker's daemon is meant"


def _words(text: str) -> Iterator[str]:
    return (match[0].lower() for match in _WORD.finditer(text))


@functools.cache
def _known_wordings() -> tuple[list[_Known], dict[str, list[int]]]:
    """Return all wordings, and by word the indices of those that have it.

    A word counts the more, the rarer it is among the known errors.
    """
    errors = known_errors()
    count = Counter(
        word
        for error in errors.values()
        for word in {each for wording in error.wordings for each in _words(wording.words)}
    )
    weights = {word: math.log(1 + len(errors) / number) for word, number in count.items()}
    known = [
        _Known(name, wording, {word: weights[word] for word in _words(wording.words)})
        for name, error in errors.items()
        for wording in error.wordings
    ]
    by_word: dict[str, list[int]] = {}
    for index, each in enumerate(known):
        for word in each.weights:
            by_word.setdefault(word, []).append(index)
    return known, by_word
