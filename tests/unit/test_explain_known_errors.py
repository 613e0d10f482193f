"""Every known error by the words in which people met it, and what must not be taken for one."""

from pathlib import Path

import pytest
from known_error import ENTRY
from messages import COLLECTED, PASTED
from prepared import CASES, SETTINGS

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.entries import Entry
from dockerd_lab.explain.matcher import explain_text
from dockerd_lab.explain.model import known_errors
from dockerd_lab.explain.order import by_importance
from dockerd_lab.yamlfile import check

WORDINGS = [(name, text) for name, texts in PASTED.items() if name != "nothing" for text in texts]


def ids(text):
    return [finding.id for finding in explain_text([text])]


def test_a_message_is_known_and_is_nothing_else():
    wrong = {(name, text): ids(text) for name, text in WORDINGS if ids(text) != [name]}
    assert wrong == {}


def test_what_is_not_about_a_daemon_is_not_found():
    wrong = {text: ids(text) for text in PASTED["nothing"] if ids(text) != []}
    assert wrong == {}


def test_all_of_it_in_one_text_is_found_too():
    text = "\n\n".join(f"$ docker version\n{text}\n$ true" for _, text in WORDINGS)
    assert set(ids(text)) >= {name for name, _ in WORDINGS}


def test_every_known_error_has_a_text_that_shows_it():
    collected = {name for text in COLLECTED for name in text["expect"]}
    assert (set(PASTED) - {"nothing"}) | collected == set(known_errors())


def test_what_an_entry_names_exists():
    engines = set(SETTINGS.engines)
    cases = {case.short_name for case in CASES}
    missing = {}
    for name, error in known_errors().items():
        missing[name] = [
            *(set(error.masks) - (set(known_errors()) - {name})),
            *(set(error.seen) - engines),
            *(url for url in error.reported if not url.startswith("https://")),
            *({error.reproduce} - {None} - cases),
        ]
    assert {name: names for name, names in missing.items() if names} == {}


def test_the_collection_is_found():
    """So few are wrong that each new one is worth a look."""
    wrong = [
        (text["expect"], found, text["text"])
        for text in COLLECTED
        if (found := ids(text["text"]))[:1] != text["expect"]
    ]
    assert len(COLLECTED) >= 200
    assert wrong == []


def test_no_two_errors_mask_each_other():
    masks = {name: set(error.masks) for name, error in known_errors().items()}
    while masks:
        free = [name for name in masks if not any(name in others for others in masks.values())]
        assert free, f"in a circle: {sorted(masks)}"
        for name in free:
            del masks[name]


def test_two_that_mask_each_other_are_both_kept():
    errors = {
        "one": check(Path("x"), {**ENTRY, "masks": ["two"]}, Entry).known_error(),
        "two": check(Path("x"), {**ENTRY, "masks": ["one"]}, Entry).known_error(),
    }
    assert by_importance(errors, lambda name: (name, errors[name])) == ["one", "two"]


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("wordings", [{"words": "a b c"}], "wordings.0.words: needs at least"),
        ("wordings", [{"words": "something", "with": "("}], "not a regular expression"),
        ("wordings", [{"words": "something", "engines": "20"}], "no range of versions"),
        ("seen", [], "neither where it was `seen`"),
        ("kind", "other", "kind: "),
        ("fix", [{"somewhere": "true"}], "fix.0.somewhere"),
        ("fix", [{"daemon/beos": "true"}], "fix.0.daemon/beos"),
        ("fix", [{"daemon": "true", "client": "true"}], "fix.0: "),
        ("reproduce", None, "needs `reproduce`"),
        ("no_case", "because", "not both"),
        ("fixes", [], "fixes: unknown key"),
    ],
)
def test_a_wrong_entry_is_refused(key, value, reason):
    with pytest.raises(BadInput) as caught:
        check(Path("x.yaml"), {**ENTRY, key: value}, Entry)
    assert reason in str(caught.value)
    assert "x.yaml" in str(caught.value)
