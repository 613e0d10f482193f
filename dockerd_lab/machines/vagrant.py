"""Vagrant in the lab, driven with python-vagrant; its output is kept, and shown when it fails."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import vagrant

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.boxes import IN_LAB, Box
from dockerd_lab.host.command import last_lines, run
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.runtime_directory import copy_readable, make_passable
from dockerd_lab.host.ssh_key import private_key
from dockerd_lab.settings import Machines, Settings

#: The version all boxes carry for Vagrant; what distinguishes them is in their name.
BOX_VERSION = "1.0.0"
#: Seconds any of its commands may take; the slowest, `up`, takes about 120 and is watched besides.
VAGRANT_LIMIT = 900
#: How the names of the volumes begin into which Vagrant copies boxes, and which it leaves behind.
BOX_VOLUMES = "dockerd-lab-VAGRANTSLASH-"


class LabVagrant(vagrant.Vagrant):  # type: ignore[misc]  # python-vagrant has no types
    """python-vagrant whose commands run inside the lab."""

    env: dict[str, str]

    def __init__(self, lab: Lab, root: Path, settings: Settings):
        self.lab = lab
        self.log = lab.directory / "vagrant.log"
        output = vagrant.make_file_cm(str(self.log))
        env = environment(lab, root, settings)
        super().__init__(str(root), out_cm=output, err_cm=output, env=env)

    def _make_vagrant_command(self, args: list[str]) -> list[str]:
        limit = ("timeout", "--foreground", f"{VAGRANT_LIMIT}", "vagrant")
        return self.lab.enter([*limit, *filter(None, args)])

    def command(self, what: str, *args: str, env: Mapping[str, str] | None = None) -> str:
        """Run `vagrant ARGS` and return what it said; raise HarnessError with that when it fails.

        `env` is added to Vagrant's environment, for example CASE.
        """
        before = self.log.stat().st_size if self.log.exists() else 0
        usual = self.env
        self.env = {**usual, **(env or {})}
        try:
            self._call_vagrant_command(list(args))
            return self._said_since(before)
        except subprocess.CalledProcessError as error:
            self.lab.require_alive()
            said = last_lines(self._said_since(before)) or "\n    (vagrant said nothing)"
            raise HarnessError(
                f"{what}: `vagrant {' '.join(args)}` ended with exit code {error.returncode}{said}",
                f"its whole output: {self.log}; the consoles: {consoles(self.lab)}",
            ) from None
        finally:
            self.env = usual

    def _said_since(self, size: int) -> str:
        with self.log.open(errors="replace") as log:
            log.seek(size)
            return log.read()


def environment(lab: Lab, root: Path, settings: Settings) -> dict[str, str]:
    """Vagrant's environment: its homes are the lab's, and it looks nowhere else.

    So is its TMPDIR. In /tmp Vagrant has a directory that is named after its process id and removed
    at its end; every lab has process ids of its own, and /tmp is one.
    """
    return {
        **os.environ,
        **{f"{name.upper()}_ENGINE": e for name, e in settings.engine_by_machine.items()},
        **{f"{name.upper()}_CPUS": str(m.cpus) for name, m in settings.machines.items()},
        "LAB_FACTS": str(lab.directory / "vagrant.json"),
        "LC_ALL": "C.UTF-8",
        "LIBVIRT_DEFAULT_URI": "qemu:///system",
        "VAGRANT_CWD": str(root),
        "VAGRANT_HOME": str(lab.directory / "vagrant-home"),
        "TMPDIR": str(_temporary(lab)),
        "VAGRANT_DOTFILE_PATH": str(lab.directory / "vagrant"),
        "VAGRANT_DEFAULT_PROVIDER": "libvirt",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_NO_COLOR": "1",
    }


def _temporary(lab: Lab) -> Path:
    return lab.directory / "vagrant-home/tmp"


def consoles(lab: Lab) -> Path:
    """The directory of the machines' serial consoles, NAME.log each, as your computer has it."""
    return lab.directory / "libvirt/log/consoles" if lab.sandbox else lab.open_files / "consoles"


def _consoles_for_libvirt(lab: Lab) -> Path:
    return Path("/var/log/libvirt/consoles") if lab.sandbox else consoles(lab)


def prepare(lab: Lab, boxes: Iterable[Box]) -> None:
    """Give Vagrant its boxes and the facts that the Vagrantfile reads."""
    _make_consoles(lab)
    _temporary(lab).mkdir(parents=True, exist_ok=True)
    facts = {
        "driver": lab.driver,
        "prefix": lab.domain(""),
        "private_key": str(private_key()),
        "consoles": str(_consoles_for_libvirt(lab)),
        "boxes": {
            name: {"name": _add_box(lab, box), **_boot_files(lab, box)}
            for name, box in sorted({box.engine: box for box in boxes}.items())
        },
    }
    (lab.directory / "vagrant.json").write_text(json.dumps(facts, indent=1) + "\n")


def _make_consoles(lab: Lab) -> None:
    """Make the consoles' files, which libvirt gives to QEMU's user: readable for yours too."""
    consoles(lab).mkdir(parents=True, exist_ok=True)
    consoles(lab).chmod(0o755)
    for machine in Machines.model_fields:
        file = consoles(lab) / f"{machine}.log"
        file.touch()
        file.chmod(0o644)


def _boot_files(lab: Lab, box: Box) -> dict[str, str]:
    """A box's kernel and initrd where QEMU, which is another user, may read them.

    This computer's own libvirt also changes the owner of what it is given: it gets copies. Raises
    FileExistsError where there are any already.
    """
    files = {"kernel": box.kernel, "initrd": box.initrd}
    if lab.sandbox:
        return {what: str(_in_lab(file)) for what, file in files.items()}
    place = lab.open_files / box.directory.name
    make_passable(place)
    for file in files.values():
        copy_readable(file, place / file.name)
    return {what: str(place / file.name) for what, file in files.items()}


def _in_lab(file: Path) -> Path:
    """A file of a box, as the lab's namespaces have it."""
    return IN_LAB / file.parent.name / file.name


def _add_box(lab: Lab, box: Box) -> str:
    """Put a box where Vagrant finds it, and return its name.

    The box's image is an empty qcow2 file whose backing file is the cached disk: nothing is copied,
    neither by Vagrant nor into libvirt's storage pool. This computer's own libvirt gets a copy, as
    its QEMU is another user, who may not look into a cache.
    """
    name = f"dockerd-lab/{box.directory.name}"
    place = lab.directory / "vagrant-home/boxes" / name.replace("/", "-VAGRANTSLASH-")
    place = place / BOX_VERSION / "libvirt"
    if not place.exists():
        place.mkdir(parents=True)
        made = place / "box.img"
        argv: list[str | Path]
        if lab.sandbox:
            backing = _in_lab(box.disk)
            argv = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", backing, made]
        else:
            argv = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", box.disk, made]
        run(lab.enter(argv), what=f"preparing box {box.engine}", timeout=120)
        metadata = {"provider": "libvirt", "format": "qcow2", "virtual_size": 6}
        (place / "metadata.json").write_text(json.dumps(metadata) + "\n")
        (place / "Vagrantfile").write_text("")
    return name
