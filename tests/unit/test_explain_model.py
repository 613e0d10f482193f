"""Known errors as data, and their order."""

from pathlib import Path

import pytest
from known_error import ENTRY

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.entries import Entry
from dockerd_lab.explain.model import Wording, compiled
from dockerd_lab.explain.order import by_importance
from dockerd_lab.yamlfile import check


def error(**changes):
    return check(Path("x.yaml"), {**ENTRY, **changes}, Entry).known_error()


def test_engines_are_the_sorted_ranges_of_all_wordings():
    words = {"words": "something"}
    assert error().engines == ["any"]
    ranges = [{**words, "engines": ">=23"}, words, {**words, "engines": "<20.10"}, words]
    assert error(wordings=ranges).engines == ["<20.10", ">=23", "any"]


def test_words_are_long_enough_without_spaces_and_quotes():
    assert Wording(words="a b 'c' def").squashed == "abcdef"
    with pytest.raises(BadInput, match="needs at least 6 letters"):
        error(wordings=[{"words": "a b 'c' de"}])


@pytest.mark.parametrize("key", ["with", "unless", "near"])
def test_patterns_are_regular_expressions_without_regard_to_case(key):
    with pytest.raises(BadInput, match="not a regular expression"):
        error(wordings=[{"words": "something", key: "["}])
    assert error(wordings=[{"words": "something", key: "[ab]"}])
    assert compiled("[ab]c").search("xBC")


@pytest.mark.parametrize(("key", "value"), [("seen", ["debian-12"]), ("reported", ["https://x"])])
def test_one_source_is_enough(key, value):
    assert error(**{"seen": [], "reported": [], key: value})
    with pytest.raises(BadInput, match="neither where it was `seen` nor where it was `reported`"):
        error(seen=[], reported=[])


@pytest.mark.parametrize("key", ["wordings", "fix", "look"])
def test_a_list_that_may_not_be_empty(key):
    with pytest.raises(BadInput, match=key):
        error(**{key: []})


def test_the_order_of_importance():
    errors = {
        "warning": error(kind="warning"),
        "consequence": error(kind="consequence"),
        "reach": error(kind="reach"),
        "start": error(),
        "start too": error(),
        "masked": error(),
        "masks": error(kind="warning", masks=["masked"]),
    }
    ordered = by_importance(errors, lambda name: (name, errors[name]))
    assert ordered == ["start", "start too", "reach", "consequence", "warning", "masks", "masked"]
