"""What lint predicts of configurations after public shapes, and what real machines did."""

import sys
from collections import Counter
from pathlib import Path

import pytest
from linting import SAFE, STRANGERS

# Behind the tests' own modules, some of which have the same names.
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import judged_configurations
import truth

from dockerd_lab.lint.compare import compare
from dockerd_lab.lint.prediction import UNKNOWN

ENGINES = [
    file.stem.removeprefix("shapes-") for file in sorted(truth.DIRECTORY.glob("shapes-*.json"))
]


@pytest.fixture(scope="module")
def answers():
    """Each question about each configuration that was seen, with both answers."""
    pairs = [pair for engine in ENGINES for pair in truth.pairs("shapes", engine)]
    assert len(pairs) >= 28
    assert not any(pair.left_out for pair in pairs)
    return [(pair.subject, *each) for pair in pairs for each in compare(pair.prediction, pair.seen)]


def test_what_lint_says_is_so(answers):
    wrong = [
        (subject, question, seen, predicted)
        for subject, question, seen, predicted in answers
        if predicted not in (seen, UNKNOWN)
    ]
    assert wrong == []


def test_nobody_gets_in_of_whom_lint_says_that_he_does_not(answers):
    wrong = [
        (subject, who)
        for subject, who, seen, predicted in answers
        if who in STRANGERS and predicted in SAFE and seen not in SAFE
    ]
    assert wrong == []


def test_most_is_known(answers):
    total = Counter(question for _, question, _, _ in answers)
    unknown = Counter(question for _, question, _, predicted in answers if predicted == UNKNOWN)
    assert all(unknown[question] <= 0.12 * total[question] for question in total), unknown


def test_a_result_that_is_there_is_not_made_again(tmp_path):
    import record_truth  # noqa: PLC0415

    names = list(judged_configurations.load("shapes"))
    (tmp_path / f"{names[0]}.json").write_text("{}")
    (tmp_path / f"{names[1]}.part").write_text("{")
    assert record_truth.missing(names, tmp_path) == names[1:]
