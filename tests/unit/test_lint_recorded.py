"""What lint predicts of the cases and the attacks, compared with what real machines did."""

import functools

import pytest
import recordings
from every import EVERY
from linting import SAFE, STRANGERS, prediction
from prepared import BY_NAME

from dockerd_lab.inputs.collect import collect
from dockerd_lab.lint.facts import load_facts
from dockerd_lab.lint.packaged import unit_of
from dockerd_lab.lint.predict import predict

ENGINES = sorted(file.stem for file in recordings.DIRECTORY.glob("*.jsonl"))


@pytest.fixture(scope="module")
def inputs_of(tmp_path_factory):
    """The files of a case as `lint` reads them."""

    @functools.cache
    def read(name):
        return collect([BY_NAME[name].directory], tmp_path_factory.mktemp("into"))

    return read


@pytest.fixture(scope="module", params=ENGINES)
def compared(request, inputs_of):
    """Each recorded observation of a case as it is applied, and what lint predicts of it."""
    found = []
    for seen in recordings.recorded(request.param):
        if seen.subject.endswith("-fixed") or seen.case not in BY_NAME:
            continue
        inputs = inputs_of(seen.case)
        found.append((seen, predict(inputs, load_facts(request.param), unit_of(inputs))))
    assert len(found) > 50
    return found


def test_nobody_gets_in_of_whom_lint_says_that_he_does_not(compared):
    wrong = [
        (seen.subject, who)
        for seen, predicted in compared
        for who in STRANGERS
        if who in seen.exposure
        and predicted.exposure[who] in SAFE
        and seen.exposure[who].level not in SAFE
    ]
    assert wrong == []


def test_what_lint_says_of_the_start_is_so(compared):
    wrong = {
        seen.subject: (seen.daemon.outcome.daemon, predicted.daemon)
        for seen, predicted in compared
        if predicted.daemon not in ("unknown", seen.daemon.outcome.daemon)
    }
    assert wrong == {}


def test_what_lint_says_of_listeners_and_access_is_so(compared):
    wrong = []
    for seen, predicted in compared:
        for who in STRANGERS:
            if who in seen.exposure and predicted.exposure[who] != "unknown":
                level = seen.exposure[who].level
                wrong += [(seen.subject, who, level)] if level != predicted.exposure[who] else []
        if predicted.starts != "unknown":
            listeners = {f"{e.protocol} {e.address} {e.program}" for e in seen.daemon.listeners}
            if listeners != set(map(str, predicted.listeners)):
                wrong.append((seen.subject, listeners))
    assert wrong == []


def test_the_error_that_lint_names_is_what_the_case_is_about(compared):
    wrong = {}
    for seen, predicted in compared:
        expected = BY_NAME[seen.case].spec.expect.error
        if seen.case == "failures/daemon-stopped":
            expected = "unexplained-failure"  # nothing but a client says what it is
        if predicted.errors and expected not in predicted.errors:
            wrong[seen.subject] = (predicted.errors, expected)
    assert wrong == {}


def test_most_is_known(compared):
    unknown = [seen.subject for seen, predicted in compared if predicted.starts == "unknown"]
    assert len(unknown) <= 0.12 * len(compared), unknown


def test_no_attack_is_taken_for_safe():
    """Each was seen to open the daemon, or something, on real machines: see tests/attacks."""
    names = []
    for name, attack in EVERY.items():
        if attack.script:
            continue  # what a script does is not read
        predicted = prediction(attack.files)
        names.append(name)
        outsider = predicted.exposure["outsider"]
        assert outsider in ("unknown", attack.outsider), name
        if attack.verdict != "passed":
            is_safe = all(predicted.exposure[who] in SAFE for who in STRANGERS)
            assert not is_safe or predicted.findings, name
    assert len(names) > 100
