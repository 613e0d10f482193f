"""Whatever a configuration contains, lint answers; benchmarks/config_mutants.py reads 100,000."""

import time

from linting import SAFE, STRANGERS
from mutants import as_input, mutants

from dockerd_lab.lint.facts import load_facts
from dockerd_lab.lint.packaged import PACKAGED
from dockerd_lab.lint.predict import predict

#: Seconds in which each is read, on a busy computer.
LIMIT = 1.0
OTHER = "[Service]\nExecStart=/opt/other\n"


def test_no_mutant_is_without_an_answer():
    slowest = 0.0
    for number, inputs in enumerate(mutants(500, seed=1)):
        started = time.process_time()
        engine = load_facts(("debian-12", "debian-14")[number % 2])
        prediction = predict(inputs, engine, PACKAGED)
        slowest = max(slowest, time.process_time() - started)
        assert prediction.starts in ("yes", "no", "unknown")
        errors = {*prediction.errors} - {"socket-unit-bad-address"}  # it is only logged
        assert prediction.starts != "no" or prediction.errors, inputs.texts
        assert prediction.starts == "no" or not errors, inputs.texts
    assert slowest < LIMIT


def test_a_file_that_lint_does_not_know_leaves_nobody_safe():
    """It may open another way in: that nobody gets in cannot be said any more."""
    for inputs in mutants(100, seed=2):
        texts = {**inputs.texts, "/etc/systemd/system/other.service": OTHER}
        prediction = predict(as_input(texts), load_facts("debian-12"), PACKAGED)
        assert not any(prediction.exposure[who] in SAFE for who in STRANGERS)
