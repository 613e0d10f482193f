"""Provides the commands about this computer: what it needs, has and keeps."""

import json
import sys
from typing import Annotated

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.options import Quiet, Wait, engine_names
from dockerd_lab.errors import LAB_WAIT, BadInput, HarnessError
from dockerd_lab.host import labs
from dockerd_lab.host.boxes import ensure_box, find_box
from dockerd_lab.host.checks import CheckResult
from dockerd_lab.host.doctor import examine
from dockerd_lab.host.kept import find_kept_data
from dockerd_lab.host.lock import exclusive
from dockerd_lab.host.namespaces import remove
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings

_Engines = Annotated[
    list[str] | None,
    typer.Argument(metavar="ENGINE", help=f"{', '.join(engine_names())}; all if none"),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    app.command()(doctor)
    app.command()(clean)
    box = typer.Typer(
        help="The boxes that machines are made of.", no_args_is_help=True, rich_markup_mode=None
    )
    box.command("build", epilog=examples("dockerd-lab box build debian-12"))(box_build)
    box.command("list")(box_list)
    app.add_typer(box, name="box")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="a list, one object per check")] = False,
) -> None:
    """Print what the lab needs, what this computer has, and the command that fixes the rest.

    KVM is tried by running a guest. Exit code 3 when something is missing.
    """
    project = find_project()
    results = examine(project, load_settings(project))
    if as_json:
        print(json.dumps([_as_data(result) for result in results], indent=1))
    else:
        for result in results:
            print(f"{result.state:8}{result.check:18}{result.message}")
            if result.fix:
                print(f"{'':26}{result.fix}")
    if any(result.state == "missing" for result in results):
        raise typer.Exit(HarnessError.exit_code)


def _as_data(result: CheckResult) -> dict[str, str]:
    """Return a check's result with the keys that `doctor --json` documents."""
    return {
        "check": result.check,
        "state": result.state,
        "message": result.message,
        "mend": result.fix,
    }


def clean(
    yes: Annotated[bool, typer.Option("--yes", help="remove it all without asking")] = False,
    wait: Wait = LAB_WAIT,
) -> None:
    """Show what is kept on this computer and how large it is, and remove it when told to."""
    project = find_project()
    with exclusive(project.state, wait=wait):
        running = labs.current(project.state)
        if running is not None:
            raise BadInput("a lab is running", "dockerd-lab down   # ends it")
        items = find_kept_data(project)
        for item in items:
            print(f"{item.bytes // 1_000_000:8} MB  {item.what:34}{item.path}")
        print(f"{sum(item.bytes for item in items) // 1_000_000:8} MB  in all")
        if items and (yes or (sys.stdin.isatty() and typer.confirm("remove it?"))):
            for item in items:
                remove(item.path)
            print("removed; boxes and machines are made again when they are needed")
        elif items:
            print("dockerd-lab clean --yes   # removes it")


def box_build(engines: _Engines = None, quiet: Quiet = False) -> None:
    """Build the boxes of some engines, or of all.

    One that is there already is only checked.
    """
    project = find_project()
    settings = load_settings(project)
    for name in engines or list(settings.engines):
        ensure_box(project, name, settings.engine(name))


def box_list() -> None:
    """List the engines and their boxes.

    Whether they are built, how large, and where.
    """
    project = find_project()
    settings = load_settings(project)
    for name, engine in settings.engines.items():
        box = find_box(project, name, engine)
        size = f"{box.size // 1_000_000} MB" if box.built else "not built"
        print(f"{name:12}docker {engine.docker:12}{size:12}{box.directory}")
