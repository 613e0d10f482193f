"""The known errors nearest to a text in which none was found, with what speaks for and against."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from dockerd_lab.explain.model import Wording, compiled, known_errors
from dockerd_lab.explain.normalise import normalise, squash

#: So many are named at most.
MOST = 3
#: So many of its words at least.
LEAST_WORDS = 2
#: So much of a wording's words, by their weight, must be in one line.
LEAST = 0.6

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
    """The known errors that are nearest to a text, the nearest first; none if it is not Docker's.

    >>> guesses("the docker network is slow today")
    []
    """
    text = normalise(text)
    if not _DOCKER.search(text):
        return []
    best: dict[str, Guess] = {}
    weights = _weights()
    for number, line in enumerate(text.split("\n"), 1):
        seen = _Line(number, line, squash(line), frozenset(_words(line)))
        for name, error in known_errors().items():
            for wording in error.wordings:
                found = _guess(name, wording, seen, weights)
                if found and found.likeness > (best[name].likeness if name in best else 0):
                    best[name] = found
    return sorted(best.values(), key=lambda guess: -guess.likeness)[:MOST]


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    squashed: str
    words: frozenset[str]


def _guess(name: str, wording: Wording, line: _Line, weights: dict[str, float]) -> Guess | None:
    if wording.squashed in line.squashed:
        said = f"it says “{wording.words}”"
        return Guess(name, 1, line.number, said, _against(wording, line.text))
    wanted = set(_words(wording.words))
    there = wanted & line.words
    weight = sum(weights[word] for word in wanted)
    share = sum(weights[word] for word in there) / weight if there else 0
    if len(there) < LEAST_WORDS or share < LEAST:
        return None
    return Guess(
        name,
        share * 0.99,
        line.number,
        f"it says {', '.join(sorted(there))}",
        f"the known message is “{wording.words}”",
    )


def _against(wording: Wording, line: str) -> str:
    """Why a line with the wording's words was not taken for the error."""
    if wording.unless and (found := compiled(wording.unless).search(line)):
        return f"“{found[0]}” stands beside it, which tells of something else"
    if wording.with_ and not compiled(wording.with_).search(line):
        return "the rest of the message is not the known one"
    return "no line around it shows that Docker's daemon is meant"


def _words(text: str) -> Iterator[str]:
    return (found[0].lower() for found in _WORD.finditer(text))


def _weights() -> dict[str, float]:
    """How much a word tells: the rarer it is among the known errors, the more."""
    count = Counter(
        word
        for error in known_errors().values()
        for word in {each for wording in error.wordings for each in _words(wording.words)}
    )
    return {word: math.log(1 + len(known_errors()) / number) for word, number in count.items()}
