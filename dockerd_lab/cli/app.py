"""Defines the `dockerd-lab` command: its subcommands, and how it reports errors."""

import importlib
import io
import sys
import traceback
from collections.abc import Iterable

import typer

from dockerd_lab.errors import HarnessError, LabError
from dockerd_lab.redaction.redact import redact

#: The modules with the commands.
MODULES = ("lab", "computer", "cases", "explain", "reproduce", "validate")


def build(modules: Iterable[str] = MODULES) -> typer.Typer:
    """The command line with the commands of some of the modules; no other is imported."""
    app = typer.Typer(
        help="Proves on real VMs what a Docker daemon's remote-access configuration does.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)  # a single command is typed by its name, too
    for module in modules:
        importlib.import_module(f"dockerd_lab.cli.{module}").register(app)
    return app


def main() -> None:
    """Run the command; a LabError is printed as one message, and sets the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale may lack the letters of a log
            stream.reconfigure(errors="replace")
    try:
        # What reads a log needs nothing of the lab, and answers at once without it.
        build(("explain",) if sys.argv[1:2] == ["explain"] else MODULES)()
    except LabError as error:
        print(f"dockerd-lab: {error.kind}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"  # not its repr(), which escapes what is secret
        text = f"{traceback.format_exc()}dockerd-lab: {HarnessError.kind}: {why}"
        print(redact(text), file=sys.stderr)
        sys.exit(HarnessError.exit_code)
