"""The `dockerd-lab` command."""

import dataclasses
import io
import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab import cli_reproduce, cli_validate
from dockerd_lab.cases.discover import find_cases
from dockerd_lab.cli_options import Wait
from dockerd_lab.errors import LAB_WAIT, BadInput, HarnessError, LabError
from dockerd_lab.explain.matcher import Finding, explain_text, important
from dockerd_lab.explain.reading import pieces
from dockerd_lab.host import labs
from dockerd_lab.host.boxes import ensure_box, find_box
from dockerd_lab.host.doctor import examine
from dockerd_lab.host.kept import kept
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.lock import exclusive
from dockerd_lab.host.namespaces import remove
from dockerd_lab.machines import fleet as fleet_module
from dockerd_lab.machines import ssh, vagrant, virsh
from dockerd_lab.progress import say
from dockerd_lab.redact import redact
from dockerd_lab.report import explanation
from dockerd_lab.report.console import emit, terminal
from dockerd_lab.settings import Settings, checkout, load_settings

app = typer.Typer(
    help="Proves on real VMs what a Docker daemon's remote-access configuration does.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
box_app = typer.Typer(help="The boxes that machines are made of.", no_args_is_help=True)
app.add_typer(box_app, name="box")
cli_reproduce.register(app)
cli_validate.register(app)

# What comes after the first word is the command's own, `--wait` too.
_PASSED_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
}


def main() -> None:
    """Run the command; trouble is one message, and the exit code of its kind of LabError."""
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


@app.command()
def up(wait: Wait = LAB_WAIT) -> None:
    """Start a lab with its three machines, and leave it running for the next commands."""
    root = checkout()
    settings = load_settings(root)
    with fleet_module.running(root, settings, keep=True, wait=wait) as machines:
        say(f"lab: up with {fleet_module.accelerator(machines.lab)}: {', '.join(machines.names)}")
    say("lab: dockerd-lab shell daemon   enters a machine; dockerd-lab down   ends the lab")


@app.command()
def down(wait: Wait = LAB_WAIT) -> None:
    """End the running lab and its machines; the snapshot is kept for the next start."""
    home = labs.lab_home(checkout())
    if labs.current(home) is None:
        say("lab: none is running")
        return
    with exclusive(home, wait=wait):  # not under a command that works with it
        if lab := labs.current(home):
            fleet_module.end(lab, checkout(), _settings_of(lab))
    say("lab: ended")


@app.command()
def status() -> None:
    """Tell whether a lab runs, and what its machines are. Exit code 1 when none runs."""
    root = checkout()
    lab = labs.current(labs.lab_home(root))
    if lab is None:
        print("no lab is running")
        raise typer.Exit(1)
    settings = _settings_of(lab)
    print(f"lab: running, {lab.description}, {fleet_module.accelerator(lab)}")
    states = virsh.states(lab)
    for name, machine in settings.machines.items():
        print(
            f"{name:10}{machine.address!s:16}{settings.engine_of(name):12}{states.get(name, '-')}"
        )


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="a list, one object per finding")] = False,
) -> None:
    """Look at this computer: what the lab needs, what is there, and the line that mends the rest.

    KVM is tried by running a guest. Exit code 3 when something is missing.
    """
    root = checkout()
    findings = examine(root, load_settings(root))
    if as_json:
        print(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(f"{finding.state:8}{finding.check:18}{finding.message}")
            if finding.mend:
                print(f"{'':26}{finding.mend}")
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(HarnessError.exit_code)


@app.command()
def explain(
    files: Annotated[list[Path] | None, typer.Argument(help="logs; standard input if none")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="a list, one object per error")] = False,
) -> None:
    """Find known errors in what dockerd, systemd, docker, curl or an SDK said.

    Each with what mends it, causes before consequences. Exit code 1 when nothing known was found.
    """
    found = important(_explained(files))
    if as_json:
        print(json.dumps(explanation.as_data(found), indent=1, ensure_ascii=False))
    elif found:
        width, colour = terminal()
        emit(explanation.explanation(found, width=width, colour=colour))
    if not found:
        print(f"dockerd-lab: {explanation.COLLECT}", file=sys.stderr, end="")
        raise typer.Exit(1)


@app.command()
def clean(
    yes: Annotated[bool, typer.Option("--yes", help="remove it all without asking")] = False,
    wait: Wait = LAB_WAIT,
) -> None:
    """Show what is kept on this computer and how large it is, and remove it when told to."""
    root = checkout()
    with exclusive(labs.lab_home(root), wait=wait):
        running = labs.current(labs.lab_home(root))
        if running is not None:
            raise BadInput("a lab is running", "dockerd-lab down   # ends it")
        items = kept(root)
        for item in items:
            print(f"{item.bytes // 1_000_000:8} MB  {item.what:34}{item.path}")
        print(f"{sum(item.bytes for item in items) // 1_000_000:8} MB  in all")
        if items and (yes or (sys.stdin.isatty() and typer.confirm("remove it?"))):
            for item in items:
                remove(item.path)
            print("removed; boxes and machines are made again when they are needed")
        elif items:
            print("dockerd-lab clean --yes   # removes it")


@app.command("list")
def list_cases() -> None:
    """List the cases."""
    cases = find_cases(checkout())
    width = max(len(case.name) for case in cases) + 2
    for case in cases:
        print(f"{case.name:{width}}{case.title}")


@app.command(name="exec", context_settings=_PASSED_ON)
def execute(context: typer.Context, wait: Wait = LAB_WAIT) -> None:
    """Run a command inside the lab: dockerd-lab exec -- vagrant ssh daemon.

    Where no lab runs, one is started with its machines, and ended with the command.
    """
    if not context.args:
        raise BadInput("exec needs a command", "dockerd-lab exec -- vagrant status")
    with _lab(wait) as lab:
        code = _interactive(
            lab.enter(context.args), vagrant.environment(lab, checkout(), _settings_of(lab))
        )
    raise typer.Exit(code)


@app.command()
def shell(
    machine: Annotated[str, typer.Argument(help="daemon, client or outsider")] = "daemon",
    wait: Wait = LAB_WAIT,
) -> None:
    """Open a root shell on a machine; where no lab runs, one is started for it."""
    names = [name for name, _ in load_settings(checkout()).machines.items()]
    if machine not in names:
        raise BadInput(f"no machine is called {machine!r}; there are: {', '.join(names)}")
    with _lab(wait) as lab:
        code = ssh.shell(lab, machine)
    raise typer.Exit(code)


@box_app.command("build")
def box_build(engines: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Build the boxes of these engines, or of all; one that is there already is only checked."""
    root = checkout()
    settings = load_settings(root)
    for name in engines or list(settings.engines):
        ensure_box(root, name, settings.engine(name))


@box_app.command("list")
def box_list() -> None:
    """List the engines and their boxes: whether they are built, how large, and where."""
    root = checkout()
    settings = load_settings(root)
    for name, engine in settings.engines.items():
        box = find_box(root, name, engine)
        size = f"{box.size // 1_000_000} MB" if box.built else "not built"
        print(f"{name:12}docker {engine.docker:12}{size:12}{box.directory}")


def _settings_of(lab: Lab) -> Settings:
    """lab.yaml with the engines that the running lab's machines have."""
    return load_settings(checkout()).of_fleet(lab.directory.name)


def _explained(files: list[Path] | None) -> list[Finding]:
    """The findings in each of the files, or in standard input where there are none."""
    if not files:
        if sys.stdin is None:  # closed, as by `<&-`
            raise BadInput("nothing to read: standard input is closed", "dockerd-lab explain FILE")
        return explain_text(pieces(sys.stdin.buffer))
    found = []
    for file in files:
        try:
            with file.open("rb") as stream:
                found += explain_text(pieces(stream), str(file))
        except OSError as error:
            raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
    return found


@contextmanager
def _lab(wait: float) -> Iterator[Lab]:
    """The lab that runs, or one that lasts as long as the block.

    Where none runs, waits up to `wait` seconds for a command that is about to start or end one.
    """
    root = checkout()
    home = labs.lab_home(root)
    lab = labs.current(home)
    if lab is None:
        with exclusive(home, wait=wait):
            lab = labs.current(home)  # a command that was waited for may have started it
            if lab is None:
                with fleet_module.running(root, load_settings(root)) as machines:
                    yield machines.lab
                return
    lab.require_usable()
    yield lab


def _interactive(argv: list[str], env: dict[str, str]) -> int:
    """Run a command on the user's own terminal and return its exit code."""
    return subprocess.run(argv, env=env, check=False).returncode
