"""Renders the table of observations at the end of a run of the suites, for a terminal."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dockerd_lab.report.console import render

if TYPE_CHECKING:
    from dockerd_lab.report.observation_rows import Row

#: A narrower terminal gets lines instead of the table (columns).
MIN_WIDTH = 110
_LEGEND = "ROOT: full-control; a container read a file that only root on daemon can read."


def table(rows: Collection[Row], *, width: int, colour: bool) -> str:
    """Return a row per observation: state of the daemon, listeners, levels of access, seconds.

    `dockerd s` are the seconds until dockerd was ready or failed; `s` is the whole case from the
    restored snapshot on. On a narrow terminal a row is some lines.
    """

    def draw(console: Console) -> None:
        if width < MIN_WIDTH:
            for row in rows:
                console.print(_lines(row))
        else:
            console.print(_table(rows))
        if any("full-control" in (row.outsider, row.local_user, row.container) for row in rows):
            console.print(Text(_LEGEND))

    return render(draw, width=width, colour=colour)


def _table(rows: Collection[Row]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("case", overflow="fold")
    table.add_column("daemon")
    table.add_column("listeners", overflow="fold")
    with_container = any(row.shows_container for row in rows)
    for who in ("client", "outsider", "local user", *(["container"] if with_container else [])):
        table.add_column(who)
    table.add_column("s", justify="right")
    table.add_column("dockerd s", justify="right")
    for row in rows:
        table.add_row(
            row.subject,
            coloured(row.daemon),
            Text("\n".join(row.listeners) or "none"),
            coloured(row.client),
            stranger_level(row.outsider),
            stranger_level(row.local_user),
            *([stranger_level(row.container or "")] if with_container else []),
            f"{row.seconds:.1f}",
            f"{row.daemon_start_seconds:.1f}",
        )
    return table


def _lines(row: Row) -> Text:
    """Return a row of the table for a narrow terminal."""
    return Text.assemble(
        (row.subject, "bold"),
        ": ",
        coloured(row.daemon),
        f", {row.seconds:.1f} s, dockerd {row.daemon_start_seconds:.1f} s\n    client ",
        coloured(row.client),
        ", outsider ",
        stranger_level(row.outsider),
        ", local user ",
        stranger_level(row.local_user),
        *((", container ", stranger_level(row.container or "")) if row.shows_container else ()),
        *(f"\n    {listener}" for listener in row.listeners),
    )


def stranger_level(level: str) -> Text:
    """Return the level of somebody who must not control the daemon; full control is ROOT."""
    return Text("ROOT", style="bold red") if level == "full-control" else coloured(level)


def coloured(word: str) -> Text:
    """Return a state or level in its colour: green is harmless, red is not."""
    green = ("active", "filtered", "refused", "tls-required", "auth-required")
    return Text(word, style="green" if word in green else "red" if word == "failed" else "yellow")
