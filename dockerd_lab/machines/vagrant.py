"""Drives Vagrant in the lab with python-vagrant; its output is kept, and shown when it fails."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import vagrant

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.boxes import Box
from dockerd_lab.host.command import last_lines, run
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.ssh_key import private_key
from dockerd_lab.project import Project
from dockerd_lab.settings import Machines, Settings

#: The version all boxes carry for Vagrant; what distinguishes them is in their name.
BOX_VERSION = "1.0.0"
#: Seconds any of its commands may take; the slowest, `up`, takes about 120 and is watched besides.
VAGRANT_LIMIT = 900
#: The prefix of the volumes into which Vagrant copies boxes, and which it does not remove.
BOX_VOLUMES = "dockerd-lab-VAGRANTSLASH-"


class LabVagrant(vagrant.Vagrant):  # type: ignore[misc]  # python-vagrant has no types
    """python-vagrant whose commands run inside the lab."""

    env: dict[str, str]

    def __init__(self, lab: Lab, project: Project, settings: Settings):
        self.lab = lab
        self.log = lab.directory / "vagrant.log"
        output = vagrant.make_file_cm(str(self.log))
        env = environment(lab, project, settings)
        super().__init__(str(project.data), out_cm=output, err_cm=output, env=env)

    def _make_vagrant_command(self, args: list[str]) -> list[str]:
        limit = ("timeout", "--foreground", f"{VAGRANT_LIMIT}", "vagrant")
        return self.lab.argv_inside([*limit, *filter(None, args)])

    def command(self, what: str, *args: str, env: Mapping[str, str] | None = None) -> str:
        """Run `vagrant ARGS` and return its output; raise HarnessError with the output if it fails.

        `env` is added to Vagrant's environment, for example CASE. No machine is untouched then.
        """
        self.lab.untouched.clear()
        before = self.log.stat().st_size if self.log.exists() else 0
        own_env = self.env
        self.env = {**own_env, **(env or {})}
        try:
            self._call_vagrant_command(list(args))
            return self._output_since(before)
        except subprocess.CalledProcessError as error:
            self.lab.require_alive()
            output = last_lines(self._output_since(before)) or "\n    (vagrant printed nothing)"
            command = f"vagrant {' '.join(args)}"
            raise HarnessError(
                f"{what}: `{command}` ended with exit code {error.returncode}{output}",
                f"its whole output: {self.log}; the consoles: {self.lab.consoles}",
            ) from None
        finally:
            self.env = own_env

    def _output_since(self, size: int) -> str:
        with self.log.open(errors="replace") as log:
            log.seek(size)
            return log.read()


def environment(lab: Lab, project: Project, settings: Settings) -> dict[str, str]:
    """Return Vagrant's environment, in which its homes and its TMPDIR are the lab's own.

    In /tmp Vagrant has a directory that is named after its process id and removed at its end; every
    lab has process ids of its own, but all have the same /tmp.
    """
    return {
        **os.environ,
        **{f"{name.upper()}_ENGINE": e for name, e in settings.engine_by_machine.items()},
        **{f"{name.upper()}_CPUS": str(m.cpus) for name, m in settings.machines.items()},
        "LAB_FACTS": str(lab.directory / "vagrant.json"),
        "LC_ALL": "C.UTF-8",
        "LIBVIRT_DEFAULT_URI": "qemu:///system",
        "VAGRANT_CWD": str(project.data),
        "VAGRANT_HOME": str(lab.directory / "vagrant-home"),
        "TMPDIR": str(_temporary(lab)),
        "VAGRANT_DOTFILE_PATH": str(lab.directory / "vagrant"),
        "VAGRANT_DEFAULT_PROVIDER": "libvirt",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_NO_COLOR": "1",
    }


def _temporary(lab: Lab) -> Path:
    return lab.directory / "vagrant-home/tmp"


def prepare(lab: Lab, boxes: Iterable[Box]) -> None:
    """Give Vagrant its boxes and the facts that the Vagrantfile reads."""
    _make_consoles(lab)
    _temporary(lab).mkdir(parents=True, exist_ok=True)
    facts = {
        "driver": lab.driver,
        "prefix": lab.domain(""),
        "private_key": str(private_key()),
        "consoles": str(lab.consoles_for_libvirt),
        "boxes": {
            name: {
                "name": _add_box(lab, box),
                **{k: str(v) for k, v in lab.boot_files(box).items()},
            }
            for name, box in sorted({box.engine: box for box in boxes}.items())
        },
    }
    (lab.directory / "vagrant.json").write_text(json.dumps(facts, indent=1) + "\n")


def _make_consoles(lab: Lab) -> None:
    """Make the consoles' files, which libvirt gives to QEMU's user: readable for yours too."""
    lab.consoles.mkdir(parents=True, exist_ok=True)
    lab.consoles.chmod(0o755)
    for machine in Machines.model_fields:
        file = lab.consoles / f"{machine}.log"
        file.touch()
        file.chmod(0o644)


def _add_box(lab: Lab, box: Box) -> str:
    """Put a box where Vagrant finds it, and return its name.

    Vagrant copies nothing: the image of a sandbox is an empty one on top of the cached disk.
    """
    name = f"dockerd-lab/{box.directory.name}"
    place = lab.directory / "vagrant-home/boxes" / name.replace("/", "-VAGRANTSLASH-")
    place = place / BOX_VERSION / "libvirt"
    if not place.exists():
        place.mkdir(parents=True)
        argv = lab.argv_inside(lab.image_command(box, place / "box.img"))
        run(argv, what=f"preparing box {box.engine}", timeout=120)
        metadata = {"provider": "libvirt", "format": "qcow2", "virtual_size": 6}
        (place / "metadata.json").write_text(json.dumps(metadata) + "\n")
        (place / "Vagrantfile").write_text("")
    return name
