"""Reads the versions of the machines' engines and of the software below them, and checks them."""

import re

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines.batch import run_on
from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings

#: The version of Docker's API in which the harness asks: every engine of the lab supports it.
API_VERSION = "1.40"
#: The commands that print the versions; these do not change while the snapshot is used.
VERSIONS = {
    "docker": RemoteCommand("dockerd --version"),
    "client": RemoteCommand("docker --version"),
    "containerd": RemoteCommand("containerd --version"),
    "runc": RemoteCommand("runc --version | head -n 1"),
    "kernel": RemoteCommand("uname -r"),
    "systemd": RemoteCommand("systemctl --version | head -n 1"),
    "system": RemoteCommand(". /etc/os-release && echo $PRETTY_NAME"),
}


def of_fleet(lab: Lab, project: Project, settings: Settings) -> dict[str, str]:
    """Return the versions on `daemon`; raise HarnessError if a box has not the declared engine.

    One machine of every box is checked, since the client's version matters too.
    """
    by_engine = {engine: name for name, engine in reversed(settings.engine_by_machine.items())}
    results = {engine: run_on(lab, project, name, VERSIONS) for engine, name in by_engine.items()}
    for engine, by_name in results.items():
        declared, installed = settings.engine(engine).docker, by_name["docker"].output
        # Debian appends to it: `Docker version 20.10.24+dfsg1, build 297e128`.
        if not re.match(rf"Docker version {re.escape(declared)}(?![\d.])", installed):
            raise HarnessError(
                f"box {engine} is not what lab.yaml declares: docker {declared} is expected,"
                f" {installed!r} is there",
                "a suite that moves brings another version: declare that in lab.yaml, or take"
                " another suite",
            )
    on_daemon = results[settings.engine_of("daemon")]
    return {name: result.stdout.strip() for name, result in on_daemon.items()}
