"""Renders the known errors, a page each or as a list, for a terminal and as data for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from dockerd_lab.explain.model import KnownError, known_errors
from dockerd_lab.report.console import render
from dockerd_lab.report.explanation import (
    COLOURS,
    print_commands,
    print_indented,
    print_steps,
    reproduce_command,
    step_lines,
)


def listed(*, width: int) -> str:
    """Return the list of all known errors: id, whether a case reproduces it, title."""
    longest = max(map(len, known_errors()))

    def draw(console: Console) -> None:
        for name, error in known_errors().items():
            case = "case   " if error.reproduce else "no case"
            console.print(
                Text(f"{name:{longest}}  {case}  {error.title}"), no_wrap=True, overflow="ellipsis"
            )

    return render(draw, width=max(width, 100), colour=False)


def pages(names: Sequence[str], *, width: int, colour: bool) -> str:
    """Return a page with all that is known of each error."""

    def draw(console: Console) -> None:
        for index, name in enumerate(names):
            if index:
                console.print()
            _page(console, name, known_errors()[name])

    return render(draw, width=width, colour=colour)


def _page(console: Console, name: str, error: KnownError) -> None:
    console.print(Text(f"{name}: {error.title}", style=COLOURS[error.kind]))
    print_indented(console, error.cause.strip())
    words = [
        f"“{wording.words}”{f'   engines {wording.engines}' if wording.engines else ''}"
        for wording in error.wordings
    ]
    print_commands(console, "words", words)
    print_steps(console, "fix", error.fix)
    print_steps(console, "look", error.look)
    if error.masks:
        print_commands(console, "leads to", error.masks)
    if error.seen:
        print_commands(console, "seen on", [", ".join(error.seen)])
    if error.reported:
        print_commands(console, "reported", error.reported)
    if error.reproduce:
        print_commands(console, "reproduce", [reproduce_command(name, error)])
    else:
        print_indented(console, f"no case: {error.no_case}")


def as_data(names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the errors as `--json` prints them."""
    return [
        {
            "id": name,
            "title": error.title,
            "kind": error.kind,
            "words": [wording.words for wording in error.wordings],
            "engines": error.engines,
            "cause": error.cause.strip(),
            "fix": step_lines(error.fix),
            "steps": [asdict(step) for step in error.fix],
            "look": [asdict(step) for step in error.look],
            "leads_to": error.masks,
            "seen": error.seen,
            "reported": error.reported,
            "reproduce": error.reproduce,
            "no_case": error.no_case,
        }
        for name, error in ((name, known_errors()[name]) for name in names)
    ]
