"""Provides the command for CI systems that keep the boxes from one job to the next."""

from typing import Annotated

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.options import engine_names
from dockerd_lab.host.box_recipe import cache_key
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    cache = typer.Typer(
        help="What a CI system keeps from one job to the next.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    cache.callback()(lambda: None)  # a single command is typed by its name, too
    cache.command("key", epilog=examples("dockerd-lab cache key debian-12"))(print_key)
    app.add_typer(cache, name="cache")


def print_key(
    engines: Annotated[
        list[str] | None,
        typer.Argument(metavar="ENGINE", help=f"{', '.join(engine_names())}; the default if none"),
    ] = None,
) -> None:
    """Print the key under which the boxes of some engines can be kept.

    It changes with what they are made of. To keep are ~/.cache/dockerd-lab/boxes (some 540 MB for
    an engine) and ~/.local/state/dockerd-lab/id_ed25519*, the key that their machines let in.
    """
    project = find_project()
    settings = load_settings(project)
    names = engines or list(dict.fromkeys(settings.engine_by_machine.values()))
    print(cache_key(project, {name: settings.engine(name) for name in names}))
