"""Renders text with rich, for a terminal or for a log."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console

from dockerd_lab.errors import LabError
from dockerd_lab.redaction.redact import redact


def terminal() -> tuple[int, bool]:
    """Return the columns of standard output, and whether it has colours; 80, and none, in a log."""
    if sys.stdout is None or not sys.stdout.isatty():
        return 80, False
    return min(shutil.get_terminal_size().columns, 100), "NO_COLOR" not in os.environ


def render(draw: Callable[[Console], None], *, width: int, colour: bool) -> str:
    """Return what `draw` prints on a console of `width` columns, without trailing blanks."""
    buffer = io.StringIO()
    draw(
        Console(
            file=buffer, width=width, force_terminal=colour, no_color=not colour, highlight=False
        )
    )
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def emit(text: str) -> None:
    """Write a text to standard output at once, without its secrets.

    Redact a text before it is wrapped: a secret on two lines is not recognised. Raises LabError
    where standard output is closed, or takes no more.
    """
    if sys.stdout is None:  # closed, as by `>&-`
        raise LabError("the result cannot be printed: standard output is closed")
    try:
        sys.stdout.write(redact(text))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads, has read enough
        raise
    except OSError as error:
        with suppress(OSError):  # otherwise Python tries it once more as it ends
            sys.stdout.close()
        raise LabError(f"the result cannot be printed: {error.strerror}") from None
