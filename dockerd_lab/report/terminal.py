"""The table of what was seen, for a terminal."""

import io
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dockerd_lab.observe.observation import Observation


def table(observations: Iterable[Observation], *, width: int, colour: bool) -> str:
    """A row per observation: what became of the daemon, where it listens, who gets an answer.

    `own s` are dockerd's own seconds, until it was ready or gave up; `s` is the whole case from the
    restored snapshot on.
    """
    rows = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    rows.add_column("case", overflow="fold")
    rows.add_column("daemon")
    rows.add_column("listeners", overflow="fold")
    rows.add_column("client")
    rows.add_column("outsider")
    rows.add_column("s", justify="right")
    rows.add_column("own s", justify="right")
    for seen in observations:
        rows.add_row(
            seen.subject,
            _coloured(seen.daemon.outcome.daemon),
            Text("\n".join(map(str, seen.daemon.listeners)) or "none"),
            _coloured(seen.client.level),
            _coloured(seen.outsider.level),
            f"{seen.seconds:.1f}",
            f"{seen.daemon.own_seconds:.1f}",
        )
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, force_terminal=colour, no_color=not colour)
    console.print(rows)
    return buffer.getvalue()


def _coloured(word: str) -> Text:
    """A word in the colour of what it means: green is harmless, red is not."""
    colours = {"active": "green", "refused": "green", "failed": "red", "answers": "yellow"}
    colour = colours.get(word, "yellow")
    return Text(word, style=colour)
