"""Guesses which known errors a text may mean if none was found, with reasons for and against."""

import math
import re
from collections import Counter
from collections.abc import Iterator
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
    weights = _weights()
    for number, line in enumerate(text.split("\n"), 1):
        current = _Line(number, line, squash(line), frozenset(_words(line)))
        for name, error in known_errors().items():
            for wording in error.wordings:
                guess = _guess(name, wording, current, weights)
                if guess and guess.likeness > (best[name].likeness if name in best else 0):
                    best[name] = guess
    return sorted(best.values(), key=lambda guess: -guess.likeness)[:MAX_GUESSES]


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    squashed: str
    words: frozenset[str]


def _guess(name: str, wording: Wording, line: _Line, weights: dict[str, float]) -> Guess | None:
    if wording.squashed in line.squashed:
        speaks_for = f"it says “{wording.words}”"
        return Guess(name, 1, line.number, speaks_for, _speaks_against(wording, line.text))
    known_words = set(_words(wording.words))
    common = known_words & line.words
    weight = sum(weights[word] for word in known_words)
    share = sum(weights[word] for word in common) / weight if common else 0
    if len(common) < MIN_WORDS or share < MIN_SHARE:
        return None
    return Guess(
        name,
        share * 0.99,
        line.number,
        f"it says {', '.join(sorted(common))}",
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


def _weights() -> dict[str, float]:
    """Return how much each word counts: the rarer among the known errors, the more."""
    count = Counter(
        word
        for error in known_errors().values()
        for word in {each for wording in error.wordings for each in _words(wording.words)}
    )
    return {word: math.log(1 + len(known_errors()) / number) for word, number in count.items()}
