"""What the machines are: the versions of their engines and of what those stand on."""

import re
from pathlib import Path

from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines.ask import Question, ask
from dockerd_lab.settings import Settings

# What the machines are, asked once: it does not change while the snapshot is used.
VERSIONS = {
    "docker": Question("dockerd --version"),
    "client": Question("docker --version"),
    "containerd": Question("containerd --version"),
    "runc": Question("runc --version | head -n 1"),
    "kernel": Question("uname -r"),
    "systemd": Question("systemctl --version | head -n 1"),
    "system": Question(". /etc/os-release && echo $PRETTY_NAME"),
}


def of_fleet(lab: Lab, root: Path, settings: Settings) -> dict[str, str]:
    """Ask `daemon` what it runs; raise HarnessBroke when a box has not the declared engine.

    A machine of every box is asked, since the client's version matters too.
    """
    by_engine = {engine: name for name, engine in reversed(settings.engine_by_machine.items())}
    answers = {engine: ask(lab, root, name, VERSIONS) for engine, name in by_engine.items()}
    for engine, said in answers.items():
        declared, found = settings.engine(engine).docker, said["docker"].said
        # Debian appends to it: `Docker version 20.10.24+dfsg1, build 297e128`.
        if not re.match(rf"Docker version {re.escape(declared)}(?![\d.])", found):
            raise HarnessBroke(
                f"box {engine} is not what lab.yaml declares: docker {declared} is expected,"
                f" {found!r} is there",
                "a suite that moves brings another version: declare that in lab.yaml, or take"
                " another suite",
            )
    on_daemon = answers[settings.engine_of("daemon")]
    return {name: answer.stdout.strip() for name, answer in on_daemon.items()}
