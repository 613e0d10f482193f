"""Prints a rule of lint as a page, or as a line of a list."""

import textwrap
from collections.abc import Iterator, Mapping

from dockerd_lab.lint.rule import Rule

_WIDTH = 80


def line(rule: Rule) -> str:
    """Return the line of a list."""
    return f"{rule.severity:8} {rule.id}: {rule.title}\n"


def page(rule: Rule) -> str:
    """Return all that is known of a rule."""
    parts = [
        f"{rule.id} ({rule.severity})",
        textwrap.fill(rule.title, _WIDTH),
        textwrap.fill(" ".join(rule.why.split()), _WIDTH),
        f"How to mend it\n\n{_fix(rule.fix)}",
    ]
    if rule.no_example:
        parts.append(textwrap.fill(f"No example: {rule.no_example}.", _WIDTH))
    else:
        parts += [_example("Wrong", rule.bad), _example("Right", rule.good)]
    return "\n\n".join(parts) + "\n"


def _fix(text: str) -> str:
    text = text.strip()
    return text if "\n" in text else textwrap.fill(text, _WIDTH)


def _example(title: str, files: Mapping[str, str]) -> str:
    return "\n".join([title, *_files(files)])


def _files(files: Mapping[str, str]) -> Iterator[str]:
    for path, text in files.items():
        yield f"\n{path}:\n" if path.startswith("--") else f"\n/{path}:\n"
        yield textwrap.indent(text.rstrip("\n"), "    ")
