"""Provides the commands that start, use and end a lab."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.cli.options import Quiet, Wait
from dockerd_lab.errors import LAB_WAIT, BadInput
from dockerd_lab.host import labs
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.lock import exclusive
from dockerd_lab.machines import boot, running, ssh, vagrant, virsh
from dockerd_lab.progress import say
from dockerd_lab.project import find_project
from dockerd_lab.settings import Settings, load_settings

# What comes after the first word is the command's own, `--wait` too.
_PASSED_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
}


def register(app: typer.Typer) -> None:
    """Add the commands to the `dockerd-lab` command."""
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command(
        name="exec",
        context_settings=_PASSED_ON,
        options_metavar="[OPTIONS] -- COMMAND [ARGUMENT]...",
        epilog=examples(
            "dockerd-lab exec -- vagrant ssh daemon",
            "dockerd-lab exec -- curl http://192.168.3.201:2375/_ping",
        ),
    )(execute)
    app.command()(shell)


def up(quiet: Quiet = False, wait: Wait = LAB_WAIT) -> None:
    """Start a lab with its three machines, and leave it running for the next commands."""
    project = find_project()
    settings = load_settings(project)
    with running.running(project, settings, keep=True, wait=wait) as machines:
        say(f"lab: up with {boot.accelerator(machines.lab)}: {', '.join(machines.names)}")
    say("lab: dockerd-lab shell daemon   enters a machine; dockerd-lab down   ends the lab")


def down(quiet: Quiet = False, wait: Wait = LAB_WAIT) -> None:
    """End the running lab and its machines; the snapshot is kept for the next start."""
    project = find_project()
    home = project.state
    if labs.current(home) is None:
        say("lab: none is running")
        return
    with exclusive(home, wait=wait):  # not under a command that works with it
        if lab := labs.current(home):
            running.end(lab, project, _settings_of(lab))
    say("lab: ended")


def status() -> None:
    """Print the project, where its lab is kept, and whether it runs. Exit code 1 if not."""
    project = find_project()
    print(f"project: {project.root}")
    print(f"state:   {project.state}")
    lab = labs.current(project.state)
    if lab is None:
        print("no lab is running")
        raise typer.Exit(1)
    settings = _settings_of(lab)
    print(f"lab: running, {lab.description}, {boot.accelerator(lab)}")
    states = virsh.states(lab)
    for name, machine in settings.machines.items():
        print(
            f"{name:10}{machine.address!s:16}{settings.engine_of(name):12}{states.get(name, '-')}"
        )


def execute(context: typer.Context, quiet: Quiet = False, wait: Wait = LAB_WAIT) -> None:
    """Run a command inside the lab.

    Where no lab runs, one is started with its machines, and ended with the command.
    """
    if not context.args:
        raise BadInput("exec needs a command", "dockerd-lab exec -- vagrant status")
    with _lab(wait) as lab:
        code = _interactive(
            lab.argv_inside(context.args),
            vagrant.environment(lab, find_project(), _settings_of(lab)),
        )
    raise typer.Exit(code)


def shell(
    machine: Annotated[
        str, typer.Argument(metavar="MACHINE", help="daemon, client or outsider")
    ] = "daemon",
    quiet: Quiet = False,
    wait: Wait = LAB_WAIT,
) -> None:
    """Open a root shell on a machine; where no lab runs, one is started for it."""
    names = [name for name, _ in load_settings(find_project()).machines.items()]
    if machine not in names:
        raise BadInput(f"no machine is called {machine!r}; there are: {', '.join(names)}")
    with _lab(wait) as lab:
        code = ssh.shell(lab, machine)
    raise typer.Exit(code)


def _settings_of(lab: Lab) -> Settings:
    """Return lab.yaml with the engines of the running lab's machines."""
    return load_settings(find_project()).of_fleet(lab.directory.name)


@contextmanager
def _lab(wait: float) -> Iterator[Lab]:
    """Yield the lab that runs, or start one for the block.

    If none runs, waits up to `wait` seconds for a command that is about to start or end one.
    """
    project = find_project()
    home = project.state
    lab = labs.current(home)
    if lab is None:
        with exclusive(home, wait=wait):
            lab = labs.current(home)  # a command that was waited for may have started it
            if lab is None:
                with running.running(project, load_settings(project)) as machines:
                    yield machines.lab
                return
    lab.require_usable()
    yield lab


def _interactive(argv: list[str], env: dict[str, str]) -> int:
    """Run a command on the user's own terminal and return its exit code."""
    return subprocess.run(argv, env=env, check=False).returncode
