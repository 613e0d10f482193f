"""The table of what was seen, for a terminal."""

from collections.abc import Collection

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dockerd_lab.report.console import drawn
from dockerd_lab.report.rows import Row

#: Columns that the table needs.
WIDE = 110


def table(seen: Collection[Row], *, width: int, colour: bool) -> str:
    """A row per observation: what became of the daemon, where it listens, how much who gets.

    `dockerd s` are the seconds until dockerd was ready or failed; `s` is the whole case from the
    restored snapshot on. Where a row has no room, it is three lines.
    """

    def draw(console: Console) -> None:
        if width < WIDE:
            for row in seen:
                console.print(_lines(row))
        else:
            console.print(_rows(seen))
        if any("full-control" in (row.outsider, row.local_user) for row in seen):
            said = "ROOT: full-control; a container read a file that only root on daemon can read."
            console.print(Text(said))

    return drawn(draw, width=width, colour=colour)


def _rows(seen: Collection[Row]) -> Table:
    rows = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    rows.add_column("case", overflow="fold")
    rows.add_column("daemon")
    rows.add_column("listeners", overflow="fold")
    for who in ("client", "outsider", "local user"):
        rows.add_column(who)
    rows.add_column("s", justify="right")
    rows.add_column("dockerd s", justify="right")
    for row in seen:
        rows.add_row(
            row.subject,
            coloured(row.daemon),
            Text("\n".join(row.listeners) or "none"),
            coloured(row.client),
            gets(row.outsider),
            gets(row.local_user),
            f"{row.seconds:.1f}",
            f"{row.own_seconds:.1f}",
        )
    return rows


def _lines(row: Row) -> Text:
    """A row of the table, for a terminal of the usual width."""
    return Text.assemble(
        (row.subject, "bold"),
        ": ",
        coloured(row.daemon),
        f", {row.seconds:.1f} s, dockerd {row.own_seconds:.1f} s\n    client ",
        coloured(row.client),
        ", outsider ",
        gets(row.outsider),
        ", local user ",
        gets(row.local_user),
        *(f"\n    {listener}" for listener in row.listeners),
    )


def gets(level: str) -> Text:
    """The level of somebody who should have none, called by its name."""
    return Text("ROOT", style="bold red") if level == "full-control" else coloured(level)


def coloured(word: str) -> Text:
    """A word in the colour of what it means: green is harmless, red is not."""
    green = ("active", "filtered", "refused", "tls-required", "auth-required")
    return Text(word, style="green" if word in green else "red" if word == "failed" else "yellow")
