"""Defines the `dockerd-lab` command: its subcommands, and how it reports errors."""

import io
import sys
import traceback

import typer

from dockerd_lab.cli import cases, computer, explain, lab, reproduce, validate
from dockerd_lab.errors import HarnessError, LabError
from dockerd_lab.redaction.redact import redact

app = typer.Typer(
    help="Proves on real VMs what a Docker daemon's remote-access configuration does.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (lab, computer, cases, explain, reproduce, validate):
    module.register(app)


def main() -> None:
    """Run the command; a LabError is printed as one message, and sets the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale may lack the letters of a log
            stream.reconfigure(errors="replace")
    try:
        app()
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
