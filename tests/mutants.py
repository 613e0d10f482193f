"""Seeded mutants of the rules' examples, the cases' files and the attacks, for lint to read."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from every import EVERY

from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.rule import load_rule, rule_ids
from dockerd_lab.project import package_data

#: Pieces that mean something to one of the readers.
PIECES = (
    '"', "'", "\\", "\\\n", "{", "}", "[", "]", ";", "$X", "${X}", "%i", "#", "=", "\n", "\r\n",
    "\t", ",", ":", "://", "fd://", "tcp://0.0.0.0", "unix://", "-H", "--tls", "--tlsverify=false",
    "\ufeff", "\u2028", "\x00", "\u3000", "null", "true", "1e999", "-1", "[" * 1500, "{" * 1500,
    '{"hosts":', "9" * 5000, "accept", "drop", "!= ", "0-0", "999.1.1.1/99", "include /x;",
    "[Service]", "ExecStart=", "on", "off", "../", "é", "\U0001f40b",
)  # fmt: skip


def originals() -> list[dict[str, str]]:
    """The configurations that are mutated: texts by path on the machine."""
    rules = [load_rule(each) for each in rule_ids()]
    found = [dict(each) for rule in rules for each in (rule.bad, rule.good) if each]
    found = [{f"/{path}": text for path, text in each.items() if path[0] != "-"} for each in found]
    for rootfs in sorted(package_data().glob("provision/*/*/rootfs")):
        files = [file for file in rootfs.rglob("*") if file.is_file()]
        found.append({f"/{file.relative_to(rootfs)}": file.read_text("utf-8") for file in files})
    found += [{f"/{path}": text for path, text in each.files.items()} for each in EVERY.values()]
    return [each for each in found if each]


def mutants(count: int, seed: int) -> Iterator[Input]:
    """Yield inputs with mistakes that nobody has thought of; the same ones for a seed."""
    random_ = random.Random(seed)  # noqa: S311  (it draws test data)
    all_texts = originals()
    for _ in range(count):
        texts = dict(random_.choice(all_texts))
        if random_.random() < 0.2:
            texts |= random_.choice(all_texts)
        for _ in range(random_.randint(1, 4)):
            path = random_.choice(sorted(texts))
            texts[path] = _mutate(texts[path], random_)
        yield as_input(texts)


def as_input(texts: Mapping[str, str]) -> Input:
    """An input of these texts that lies nowhere."""
    origins = {path: Path(f"mine{path}") for path in sorted(texts)}
    return Input("mine", Path("/nonexistent"), origins, dict(sorted(texts.items())))


def _mutate(text: str, random_: random.Random) -> str:
    start = random_.randint(0, len(text))
    end = min(len(text), start + random_.randint(0, 12))
    match random_.randint(0, 4):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:start] + random_.choice(PIECES) + text[start:]
        case 2:
            return text[:start] + random_.choice(PIECES) + text[end:]
        case 3:
            lines = text.splitlines(keepends=True)
            random_.shuffle(lines)
            return "".join(lines)
        case _:
            return text[:start] + text[start:end] * 3 + text[end:]
