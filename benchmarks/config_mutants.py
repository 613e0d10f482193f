"""Reads seeded mutants of configurations with lint, and says what went wrong and how long it took.

    python benchmarks/config_mutants.py [COUNT] [SEED]

COUNT is 100,000 by default. The exit code is 1 if one of them ends in an error, or takes a second.
"""

import sys
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests/attacks"))

from mutants import mutants

from dockerd_lab.lint.facts import engines, load_facts, other_versions
from dockerd_lab.lint.packaged import PACKAGED
from dockerd_lab.lint.predict import predict

LIMIT = 1.0


def main(count: int = 100_000, seed: int = 0) -> int:
    """Print the answers, and each failure; return how many there are."""
    names = [*engines(), *other_versions()]
    answers: Counter[str] = Counter()
    slowest, wrong = 0.0, 0
    started = time.monotonic()
    for number, inputs in enumerate(mutants(count, seed)):
        before = time.process_time()
        try:
            facts = load_facts(names[number % len(names)])
            answers[predict(inputs, facts, PACKAGED).starts] += 1
        except Exception:
            wrong += 1
            print(number, inputs.texts, traceback.format_exc(limit=-3))
        took = time.process_time() - before
        slowest = max(slowest, took)
        if took > LIMIT:
            wrong += 1
            print(number, f"took {took:.1f} s", inputs.texts)
    print(f"{count} mutants of seed {seed} in {time.monotonic() - started:.0f} s: {dict(answers)}")
    print(f"slowest {slowest:.2f} s of processor time; {wrong} errors")
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:])) else 0)
