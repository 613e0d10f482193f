"""Renders the verdict on a configuration, for a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.report.console import render
from dockerd_lab.report.observation_rows import shows_container_level
from dockerd_lab.report.observation_table import coloured, stranger_level
from dockerd_lab.report.verdict_sections import headline, sections


def verdict(report: Report, *, width: int, colour: bool, verbose: bool = False) -> str:
    """Return a row per engine, and below it what is wrong, with its place and its fix.

    On a terminal that is too narrow for the table a row is some lines.

    What became of the input's files is all there if `verbose` is set; otherwise those are left out
    that are simply in effect, or are in another section.
    """

    def draw(console: Console) -> None:
        style = "bold green" if report.verdict == "passed" else "bold red"
        console.print(Text(f"{report.case}: {headline(report)}", style=style))
        table = _table(report)
        unlimited = console.options.update(max_width=10 * width)
        if console.measure(table, options=unlimited).maximum > width:
            for result in report.results:
                console.print(_lines(result))
        else:
            console.print(table)
        for section in sections(report, all_files=verbose):
            console.print(Text(section.title, style="bold"))
            for item in section.items:
                console.print(_item(item, style="red" if section.is_problem else ""))

    return render(draw, width=width, colour=colour)


def _item(text: str, *, style: str) -> Table:
    """Return an item of a section as a grid, in which long lines keep their indent."""
    first, *more = text.splitlines()
    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_row("-", Text(first, style=style))
    for line in more:
        lines.add_row("", Text(line))
    return lines


def _table(report: Report) -> Table:
    """Return the table of engines; `s` is until dockerd was ready or gave up, `wait` its delay."""
    rows = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    rows.add_column("engine", overflow="fold")
    rows.add_column("daemon")
    rows.add_column("s", justify="right")
    rows.add_column("wait", justify="right")
    with_container = any(shows_container_level(each.exposure.container) for each in report.results)
    for who in ("client", "outsider", "local user", *(["container"] if with_container else [])):
        rows.add_column(who)
    rows.add_column("verdict")
    for result in report.results:
        rows.add_row(
            Text(f"{result.engine}\n  {result.engine_version}"),
            coloured(result.daemon),
            f"{result.start_seconds:.1f}",
            f"{result.delay_seconds:.1f}" if result.delay_seconds else "",
            coloured(result.exposure.client),
            stranger_level(result.exposure.outsider),
            stranger_level(result.exposure.local_user),
            *([stranger_level(result.exposure.container or "")] if with_container else []),
            _coloured_verdict(result),
        )
    return rows


def _lines(result: Result) -> Text:
    """Return a row of the table for a narrow terminal."""
    exposure = result.exposure
    container = exposure.container
    waited = f", {result.delay_seconds:.1f} s of it waited" if result.delay_seconds else ""
    return Text.assemble(
        (f"{result.engine} ({result.engine_version}): ", "bold"),
        _coloured_verdict(result),
        "\n    dockerd ",
        coloured(result.daemon),
        f" after {result.start_seconds:.1f} s{waited}\n    client ",
        coloured(exposure.client),
        ", outsider ",
        stranger_level(exposure.outsider),
        ", local user ",
        stranger_level(exposure.local_user),
        *(
            (", container ", stranger_level(container or ""))
            if shows_container_level(container)
            else ()
        ),
    )


def _coloured_verdict(result: Result) -> Text:
    return Text(result.verdict, style="green" if result.verdict == "passed" else "bold red")
