"""The configurations besides this repository's cases by which benchmarks/agreement.py judges lint.

`attacks` are those of tests/attacks, made to be overlooked; `shapes` are after public ones, in
shapes/*.yaml: files by their paths without the leading slash, and a script for `--provision`.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests/attacks"))

from every import EVERY

SHAPES = Path(__file__).with_name("shapes")


@dataclass(frozen=True)
class Configuration:
    """Files, and perhaps a script that puts them into effect."""

    files: Mapping[str, str]
    script: str = ""

    @contextmanager
    def written(self, name: str) -> Iterator[tuple[list[Path], Path | None]]:
        """Yield a directory with the files, if there are any, and the path of the script."""
        with TemporaryDirectory() as directory:
            top = Path(directory, name)
            for path, text in self.files.items():
                file = top / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode())
            provision = Path(directory, "provision.sh") if self.script else None
            if provision is not None:
                provision.write_text(self.script)
            yield [top] if self.files else [], provision


def load(collection: str) -> dict[str, Configuration]:
    """Return the configurations of a collection by name."""
    if collection == "attacks":
        return {name: Configuration(each.files, each.script) for name, each in EVERY.items()}
    found = {}
    for file in sorted(SHAPES.glob("*.yaml")):
        for name, each in yaml.safe_load(file.read_text()).items():
            found[name] = Configuration(each["files"], each.get("script", ""))
    return found


def expected(name: str, engine: str) -> tuple[str, str]:
    """Return the verdict and the outsider's access that are expected of an attack."""
    attack = EVERY[name]
    return ("passed", "refused") if engine in attack.not_on else (attack.verdict, attack.outsider)
