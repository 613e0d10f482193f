"""Defines options that several commands have."""

from typing import Annotated

import typer

#: Of every command that needs the lab for itself.
Wait = Annotated[
    int,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0,
        help="how long to wait if the lab is in use; then exit 75",
    ),
]
