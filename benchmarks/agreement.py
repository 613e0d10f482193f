"""Compares lint's predictions with what was seen on real machines.

    python benchmarks/agreement.py [--json FILE] [ENGINE…]

has three collections: this repository's cases, recorded in tests/recorded, the configurations of
tests/attacks, and some after public shapes; the truth about the latter is in benchmarks/truth. For
each it prints, by question, how often lint agrees, disagrees, and says that it does not know; then
each disagreement, and why something is unknown. The exit code is 1 if lint says that nobody gets in
where somebody did. What takes more than files is left out, and counted: lint knows only files.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import truth
from truth import Pair

from dockerd_lab.lint.compare import compare
from dockerd_lab.lint.prediction import UNKNOWN, WHO

ENGINES = ("debian-12", "debian-14")
#: With more than these, somebody gets in.
SAFE = ("filtered", "refused", "tls-required", "auth-required")
RESULTS = ("agree", "disagree", "unknown")


@dataclass
class Comparison:
    """How often lint agrees with what was seen of a collection."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By question."""
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    false_safe: int = 0
    false_starts: int = 0

    def add(self, pair: Pair) -> None:
        """Take in one configuration."""
        if pair.seen is None or pair.prediction is None:
            self.left_out[pair.left_out] += 1
            if pair.left_out == truth.NOT_AS_WRITTEN:
                self.notes.append(f"{pair.subject}: left out: {pair.left_out}")
            return
        for question, expected, answer in compare(pair.prediction, pair.seen):
            result = "agree" if expected == answer else "disagree"
            result = "unknown" if answer == UNKNOWN else result
            self.counts[question][result] += 1
            if result == "disagree":
                self.notes.append(
                    f"{pair.subject}: {question}: observed {expected}, predicted {answer}"
                )
            if question in WHO and answer in SAFE and expected not in SAFE:
                self.false_safe += 1
                self.notes.append(f"{pair.subject}: FALSE SAFE for {question}")
            self.false_starts += question == "starts" and answer == "active" != expected
        for reason in {f"{each.question}: {each.reason}" for each in pair.prediction.unknown}:
            self.notes.append(f"{pair.subject}: not known: {reason}")

    def data(self) -> dict[str, object]:
        """Return the numbers as JSON has them."""
        return {
            "questions": {
                question: {name: count[name] for name in RESULTS} | _shares(count)
                for question, count in self.counts.items()
            },
            "left_out": dict(self.left_out),
            "false_nobody_gets_in": self.false_safe,
            "false_starts": self.false_starts,
        }


def _shares(count: Counter[str]) -> dict[str, float]:
    """Return the share of the known answers that agree, and of the unknown ones, in per cent."""
    known = count["agree"] + count["disagree"]
    return {
        "agreement_percent": round(100 * count["agree"] / known, 1) if known else 100.0,
        "unknown_percent": round(100 * count["unknown"] / count.total(), 1),
    }


def show(name: str, comparison: Comparison) -> None:
    """Print the numbers of a collection, and its notes."""
    print(f"{name}: {truth.COLLECTIONS[name]}")
    print(
        f"{'question':12}{'agree':>8}{'disagree':>10}{'unknown':>9}{'agreement':>11}{'unknown':>9}"
    )
    for question, count in comparison.counts.items():
        shares = _shares(count)
        numbers = f"{count['agree']:8}{count['disagree']:10}{count['unknown']:9}"
        percent = f"{shares['agreement_percent']:10} %{shares['unknown_percent']:7} %"
        print(f"{question:12}{numbers}{percent}")
    for reason, number in comparison.left_out.items():
        print(f"left out: {number}: {reason}")
    print(f"false `nobody gets in`: {comparison.false_safe}; false `starts`:", end=" ")
    print(comparison.false_starts)
    print("\n".join(sorted(comparison.notes)), end="\n\n")


def main(engines: list[str], file: Path | None) -> int:
    """Print the comparisons; return how often lint says wrongly that nobody gets in."""
    comparisons = {name: Comparison() for name in truth.COLLECTIONS}
    for name, comparison in comparisons.items():
        for engine in engines:
            for pair in truth.pairs(name, engine):
                comparison.add(pair)
        show(name, comparison)
    if file is not None:
        data = {name: each.data() for name, each in comparisons.items()}
        text = json.dumps({"engines": engines, "collections": data}, indent=1, ensure_ascii=False)
        file.write_text(f"{text}\n", encoding="utf-8")
    return sum(each.false_safe for each in comparisons.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help="both by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the numbers")
    options = parser.parse_args()
    sys.exit(1 if main(options.engines or list(ENGINES), options.json) else 0)
