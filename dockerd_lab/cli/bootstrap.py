"""Provides the command that installs what the lab needs on this computer."""

import subprocess
from typing import Annotated

import typer

from dockerd_lab.errors import HarnessError
from dockerd_lab.project import package_data


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command()(bootstrap)


def bootstrap(
    show: Annotated[
        bool, typer.Option("--print", help="print the commands, and run none of them")
    ] = False,
) -> None:
    """Install the Debian packages that the lab needs, and make the directories it mounts over.

    Says what and why before it does. Only root can: as another user, run what `--print` shows.
    """
    argv = ["sh", str(package_data() / "bootstrap"), "--system", *(["--print"] if show else [])]
    try:
        code = subprocess.run(argv, check=False).returncode
    except FileNotFoundError:
        raise HarnessError("there is no sh: a lab runs on Linux only") from None
    raise typer.Exit(code)
