"""Text drawn with rich, for a terminal or for a log."""

import io
from collections.abc import Callable

from rich.console import Console


def drawn(draw: Callable[[Console], None], *, width: int, colour: bool) -> str:
    """What `draw` puts on a console of `width` columns, without blanks at the ends of lines."""
    buffer = io.StringIO()
    draw(
        Console(
            file=buffer, width=width, force_terminal=colour, no_color=not colour, highlight=False
        )
    )
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())
