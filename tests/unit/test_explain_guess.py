"""The known errors that are nearest to a text in which none is found."""

import pytest

from dockerd_lab.explain.guess import guesses

REFUSED = "docker: registry.example.com: connection refused"


def test_the_nearest_comes_first_and_few_are_named():
    nearest = guesses("dockerd: no space left on a device for the pid file, cannot start daemon")
    assert [each.id for each in nearest] == [
        "no-space-left",
        "data-root-unusable",
        "cannot-connect-default-socket",
    ]
    assert [each.likeness for each in nearest] == sorted(
        (each.likeness for each in nearest), reverse=True
    )
    assert nearest[0].speaks_for == "it says device, left, space"
    assert nearest[0].speaks_against == "the known message is “no space left on device”"
    assert 0.9 < nearest[0].likeness < 1, "all its words are there, and not as the message has them"


def test_of_lines_that_are_as_near_the_first_is_named():
    (guess,) = guesses(f"docker: a\n{REFUSED}\n{REFUSED}")
    assert (guess.id, guess.likeness, guess.line) == ("connection-refused", 1, 2)


@pytest.mark.parametrize(
    ("text", "name", "against"),
    [
        (REFUSED, "connection-refused", "“registry” stands beside it, which tells of something"),
        (
            "docker\n" * 5 + "app: " * 20 + "Failed to initialize nft: Protocol not supported",
            "iptables-missing-chain",
            "no line around it shows that Docker's daemon is meant",
        ),
    ],
)
def test_what_speaks_against_it(text, name, against):
    (guess,) = [each for each in guesses(text) if each.id == name]
    assert guess.speaks_against.startswith(against)


@pytest.mark.parametrize(
    "text", ["", "all is well", "app: connection refused", "docker", "docker: the file is there"]
)
def test_nothing_is_guessed_of_what_has_few_of_the_words_or_is_not_docker_s(text):
    assert guesses(text) == []
