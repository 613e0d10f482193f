"""Reads configurations with a closed twin each, which lie beside a module as files.

The files are in NAME/attack and NAME/twin; beside them lie the scripts of a case that needs one. A
program that is no configuration of this project's has `.txt` after its name.
"""

from collections.abc import Mapping
from pathlib import Path

from configurations import Attack

#: What must be told: the verdict, the outsider's access, and a part of the reason.
Told = tuple[str, str, str]


def read_pairs(directory: Path, expected: Mapping[str, tuple[Told, Told]]) -> dict[str, Attack]:
    """Return the attacks and twins of a directory by name; `expected` has both of each."""
    return {
        f"{name}-{side}": _read(directory / name / side, *told)
        for name, sides in expected.items()
        for side, told in zip(("attack", "twin"), sides, strict=True)
    }


def _read(directory: Path, verdict: str, outsider: str, told: str) -> Attack:
    script = directory.with_suffix(".sh")
    files = {
        str(file.relative_to(directory)).removesuffix(".txt"): file.read_text()
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }
    text = script.read_text() if script.exists() else ""
    return Attack(files, verdict, outsider, told, script=text)
