"""Arranges reports for the HTML page: failures first, a cell per configuration and engine."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dockerd_lab.judge.result_findings import WITHOUT_TITLE
from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.report.html_answer import (
    Access,
    Failure,
    accesses,
    answer,
    closed,
    failures,
    passes_by_case,
    sentence,
)
from dockerd_lab.report.html_bar import Bar, bar
from dockerd_lab.report.html_commands import Command, commands, repeat_line
from dockerd_lab.report.html_drawing import Drawing, drawings
from dockerd_lab.report.html_findings import Entry, entries
from dockerd_lab.report.html_outputs import Output, log_of, outputs_of
from dockerd_lab.report.html_words import OPEN, STRANGERS, WHO, level_word, levels_of, state_words

#: Characters of a message that is shown again at each engine, after its title.
_SHORT_MESSAGE = 100
#: Configurations with a failed trial that is open at first.
_OPEN_CELLS = 6
#: The ids of the page's own parts.
_OWN_IDS = ("who", "stops", "matrix", "filters", "grid", "nothing", "details", "legend")
_VERDICTS = ("failed", "incomplete", "passed")


@dataclass(frozen=True)
class Level:
    """What somebody gets."""

    who: str
    level: str
    word: str
    name: str
    """What people call them."""
    is_open: bool
    """Whether a stranger gets something."""


@dataclass
class Cell:
    """A configuration on one engine."""

    id: str
    result: Result
    sign: str
    state: str
    levels: list[Level]
    drawings: list[tuple[str, Drawing]]
    """With their titles, where there are two."""
    bar: Bar | None
    log: Output
    outputs: list[Output]
    repeat: str
    commands: list[Command]
    excuse: str = ""
    """Why it passes although it does not start, or is open to strangers."""
    is_open: bool = False


@dataclass
class Configuration:
    """A configuration on all its engines."""

    id: str
    report: Report
    headline: str
    cells: dict[str, Cell]
    findings: list[Entry] = field(default_factory=list)

    def findings_on(self, engine: str) -> list[tuple[int, Entry, str]]:
        """Return the findings on an engine: each one's number, from 1, and what is wrong.

        A long message is not repeated: the finding is shown above all engines.
        """
        return [
            (number, entry, _in_short(entry, message))
            for number, entry in enumerate(self.findings, 1)
            for message, engines in entry.messages.items()
            if engine in engines
        ]


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    answer: str
    predicted: bool
    engines: dict[str, str]
    """The version of each engine's Docker."""
    configurations: list[Configuration]
    counts: list[tuple[str, int]]
    """How many configurations have each verdict."""
    cell_count: int
    not_tried: int
    """How many configurations were not tried on an engine on which others were."""
    accesses: list[Access]
    closed: list[Report]
    """With which dockerd starts, and no stranger gets in."""
    failures: list[Failure]
    ids: dict[str, str]
    """The id of each configuration, by its name."""


def page(reports: Sequence[Report]) -> Page:
    """Return the page on some configurations."""
    ordered = sorted(reports, key=_urgency)
    ids = _ids([report.case for report in ordered])
    configurations = [_configuration(report, ids[report.case]) for report in ordered]
    _open_first(configurations)
    verdicts = [report.verdict for report in reports]
    engines = {r.engine: r.engine_version for report in reports for r in report.results}
    return Page(
        answer=answer(ordered),
        predicted=any(report.predicted for report in reports),
        engines=engines,
        configurations=configurations,
        counts=[(each, verdicts.count(each)) for each in _VERDICTS if each in verdicts],
        cell_count=sum(len(report.results) for report in reports),
        not_tried=sum(
            is_for(report, engine) and engine not in [each.engine for each in report.results]
            for report in reports
            for engine in engines
        ),
        accesses=accesses(ordered),
        closed=closed(ordered),
        failures=failures(ordered),
        ids=ids,
    )


def is_for(report: Report, engine: str) -> bool:
    """Return whether a configuration is for an engine."""
    return not report.run_on or engine in report.run_on


def _open_first(configurations: Sequence[Configuration]) -> None:
    """Open the first failed trial of the first configurations; the only one if none failed."""
    failed = [
        [cell for cell in each.cells.values() if cell.result.verdict == "failed"]
        for each in configurations
    ]
    for cells in [cells for cells in failed if cells][:_OPEN_CELLS]:
        cells[0].is_open = True
    if len(configurations) == 1 and not any(failed):
        for cell in configurations[0].cells.values():
            cell.is_open = True
            break


def _urgency(report: Report) -> tuple[int, int, int]:
    """Return what reports are sorted by: what fails first, then who gets root, then what stops."""
    open_cells = sum(
        levels_of(result).get(who) in OPEN for result in report.results for who in STRANGERS
    )
    stopped = sum(result.starts is False for result in report.results)
    return _VERDICTS.index(report.verdict), -open_cells, -stopped


def _configuration(report: Report, identifier: str) -> Configuration:
    cells: dict[str, Cell] = {}
    earlier: dict[str, str] = {}
    for result in report.results:
        cell_id = f"{identifier}.{_slug(result.engine)}"
        cells[result.engine] = _cell(report, result, cell_id, earlier)
    return Configuration(identifier, report, sentence(report), cells, entries(report))


def _cell(report: Report, result: Result, identifier: str, earlier: dict[str, str]) -> Cell:
    sign, state = state_words(result)
    return Cell(
        id=identifier,
        result=result,
        sign=sign,
        state=state,
        levels=[
            Level(who, level, level_word(who, level), WHO[who], who in STRANGERS and level in OPEN)
            for who, level in levels_of(result).items()
        ],
        drawings=drawings(result),
        bar=bar(result),
        log=log_of(result),
        outputs=outputs_of(result, earlier),
        repeat=repeat_line(report, result),
        commands=[] if report.predicted else commands(result),
        excuse=_excuse(result),
    )


def _in_short(entry: Entry, message: str) -> str:
    if entry.finding.rule in WITHOUT_TITLE or not entry.title:
        return message
    return entry.title if len(message) > _SHORT_MESSAGE else f"{entry.title}: {message}"


def _excuse(result: Result) -> str:
    if passes_by_case(result):
        return "as expected"
    is_open = any(levels_of(result).get(who) in OPEN for who in STRANGERS)
    return "permitted" if is_open and result.permitted and result.verdict == "passed" else ""


def _ids(names: Sequence[str]) -> dict[str, str]:
    """Return an id for an address's hash for each name, the same in every report."""
    return {
        name: slug
        if (slug := _slug(name)) == name and slug not in _OWN_IDS
        else f"{slug}-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:6]}"
        for name in names
    }


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9._/-]+", "-", name.lower()).strip("-.")[:60] or "x"
