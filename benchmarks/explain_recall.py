"""How many of the collected texts `explain` gets right, by file of tests/unit/collection.

    ./bootstrap python benchmarks/explain_recall.py [FILE.yaml …]

Prints for each file how many texts had the right known error first, and anywhere, and how many of
those that show none were taken for one. What is wrong is printed below. A file of your own has the
same form: a list of `{expect: [ID], text: …}`, with an empty list where nothing is to be found.
Texts that were used to write the patterns say little; the figures that count are those of a file
that is new.
"""

import sys
from pathlib import Path

import yaml

from dockerd_lab.explain.matcher import explain_text

COLLECTION = Path(__file__).parent.parent / "tests/unit/collection"


def main(files: list[Path]) -> None:
    """Print a line per file, and each text that was read wrongly."""
    for file in files:
        texts = yaml.safe_load(file.read_text(encoding="utf-8"))
        found = [[each.id for each in explain_text([text["text"]])] for text in texts]
        shown = [(text["expect"], ids) for text, ids in zip(texts, found, strict=True)]
        errors = [(expected, ids) for expected, ids in shown if expected]
        nothing = [ids for expected, ids in shown if not expected]
        first = sum(ids[:1] == expected[:1] for expected, ids in errors)
        anywhere = sum(expected[0] in ids for expected, ids in errors)
        alarms = sum(bool(ids) for ids in nothing)
        print(
            f"{file.parent.name}/{file.stem}: first {first}, any {anywhere} of {len(errors)};"
            f" false alarms {alarms} of {len(nothing)}"
        )
        for text, ids in zip(texts, found, strict=True):
            if ids[:1] != text["expect"][:1]:
                beginning = " ".join(text["text"].split())[:100]
                print(f"  {text['expect'][:1] or 'nothing'}, found {ids or 'nothing'}: {beginning}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(COLLECTION.glob("*/*.yaml")))
