"""Cuts long outputs for the HTML report, and says what was left out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

#: Lines of one output that are shown, and of the log of a trial that passed; characters of a line.
MAX_LINES = 40
FEW_LINES = 12
MAX_LINE_LENGTH = 400
#: Lines around a telling one that are shown, and lines at the end.
_AROUND = 2
_END = 8


@dataclass(frozen=True)
class Line:
    """One line of an output, or a gap in it."""

    text: str
    telling: bool = False
    """Whether it shows the error."""
    gap: int = 0
    """How many lines were left out here; 0 for a line."""


def excerpt(
    lines: Sequence[str],
    telling: Collection[int] = (),
    before: int = 0,
    limit: int = MAX_LINES,
) -> list[Line]:
    """Return the telling lines with those around them, and the end; all lines if they are few.

    `telling` are indexes of `lines`; `before` lines were left out already before the first.
    At most `limit` lines are shown.

    >>> [line.gap or line.text for line in excerpt([str(n) for n in range(60)], [20])][:6]
    [18, '18', '19', '20', '21', '22']
    """
    kept = range(len(lines)) if len(lines) <= limit else _kept(len(lines), telling, limit)
    result: list[Line] = []
    gap, previous = before, -1
    for index in kept:
        gap += index - previous - 1
        if gap:
            result.append(Line("", gap=gap))
        result.append(Line(lines[index], telling=index in telling))
        gap, previous = 0, index
    if rest := gap + len(lines) - previous - 1:
        result.append(Line("", gap=rest))
    return result


def _kept(count: int, telling: Collection[int], limit: int) -> list[int]:
    """Return the indexes of the lines to show: no more than `limit`, the telling ones first."""
    wanted = dict.fromkeys(sorted(n for n in telling if 0 <= n < count)[: limit // 2])
    around = [n + d for n in wanted for d in range(-_AROUND, _AROUND + 1)]
    end = range(count - _END, count)
    start = range(limit - _END)
    candidates = [*wanted, *around, *end, *(() if telling else start)]
    allowed = dict.fromkeys(n for n in candidates if 0 <= n < count)
    return sorted(list(allowed)[:limit])
