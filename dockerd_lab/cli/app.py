"""Defines the `dockerd-lab` command: its subcommands, and how it reports errors."""

import difflib
import gc
import importlib
import io
import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from dockerd_lab.errors import BadInput, HarnessError, LabError, missing_package
from dockerd_lab.redaction.redact import redact

#: The module of each command, and its line in the list of commands. A module is imported when one
#: of its commands is called, so that a command needs only the packages that it uses itself.
COMMANDS = {
    "validate": ("validate", "Judge what your own configuration does on real engines."),
    "lint": ("lint", "Predict what a configuration does, from its files alone."),
    "rule": ("lint", "Show a rule of lint: why, how to mend it, an example."),
    "record": ("validate", "Write what a configuration does as a draft of case.yaml."),
    "init": ("init", "Write dockerd-lab.yaml, tox.ini and files for CI into a repository."),
    "explain": ("explain", "Find known errors in a log, with causes and fixes."),
    "reproduce": ("reproduce", "Bring a known failure about on real machines, and fix it."),
    "list": ("cases", "List the cases that come with dockerd-lab."),
    "report": ("report", "Show the last run's result; compare and merge results."),
    "schema": ("schema", "Print the JSON schema of what `validate --json` writes."),
    "up": ("lab", "Start a lab and leave it running for the next commands."),
    "down": ("lab", "End the running lab and its machines."),
    "status": ("lab", "Print the project, and whether its lab runs."),
    "exec": ("lab", "Run a command inside the lab."),
    "shell": ("lab", "Open a root shell on a machine."),
    "bootstrap": ("bootstrap", "Install the Debian packages that the lab needs."),
    "doctor": ("computer", "Print what the lab needs and what this computer lacks."),
    "box": ("computer", "Build and list the boxes that machines are made of."),
    "cache": ("cache", "Print the key under which CI keeps the boxes."),
    "clean": ("computer", "Show what is kept on this computer, and remove it."),
}
#: -h, too; every command inherits it.
_HELP = {"help_option_names": ["-h", "--help"]}


class _Commands(TyperGroup):
    """The commands, listed without importing them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return all names, in the order of the list."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Return a stand-in that has a command's name and line in the list."""
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is called, from its module."""
        name, *rest = args
        if name not in COMMANDS:
            near = difflib.get_close_matches(name, COMMANDS, 1, 0.5)
            hint = f"dockerd-lab {near[0]}   # is it this?" if near else "dockerd-lab --help"
            raise BadInput(f"there is no command {name!r}", hint)
        return name, load_command(name), rest


def load_command(name: str) -> Any:
    """Import a command from its module, and return it as click has it."""
    module = typer.Typer(add_completion=False, rich_markup_mode=None)
    module.callback()(lambda: None)  # a single command is found by its name, too
    importlib.import_module(f"dockerd_lab.cli.{COMMANDS[name][0]}").register(module)
    group: Any = typer.main.get_command(module)
    command = group.commands[name]
    for each in (command, *getattr(command, "commands", {}).values()):
        for parameter in each.params:
            if parameter.param_type_name == "argument":  # its metavar says what it takes
                parameter.display_type_rich = lambda ctx: ""
    return command


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  (takes as long as all the rest)

        print(f"dockerd-lab {version('dockerd-lab')}")
        raise typer.Exit


def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="the version")
    ] = False,
) -> None:
    """Prove on real VMs what a Docker daemon's remote-access configuration does."""


def build() -> typer.Typer:
    """Return the command line; the module of a command is imported when the command is called."""
    app = typer.Typer(
        cls=_Commands,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback()(_main)
    return app


def main() -> None:
    """Run the command; a LabError is printed as one message, and sets the exit code."""
    # What is imported is no garbage: to look for some takes a tenth of a short command.
    gc.set_threshold(100_000)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale may lack the letters of a log
            stream.reconfigure(errors="replace")
    try:
        build()()
    except LabError as error:
        _fail(error)
    except ModuleNotFoundError as error:
        command = f"`{' '.join(['dockerd-lab', *sys.argv[1:2]])}`"
        if (missing := missing_package(error, command)) is None:
            _fail_unexpectedly(error)
        else:
            _fail(missing)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        _fail_unexpectedly(error)


def _fail(error: LabError) -> None:
    print(f"dockerd-lab: {error.kind}: {error}", file=sys.stderr)
    sys.exit(error.exit_code)


def _fail_unexpectedly(error: Exception) -> None:
    why = f"{type(error).__name__}: {error}"  # not its repr(), which escapes what is secret
    text = f"{traceback.format_exc()}dockerd-lab: {HarnessError.kind}: {why}"
    print(redact(text), file=sys.stderr)
    sys.exit(HarnessError.exit_code)
