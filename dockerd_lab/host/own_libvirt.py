"""Implements a lab on this computer's own libvirt and network (LAB_SANDBOX=off)."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import kvm, runtime_directory
from dockerd_lab.host.boxes import Box
from dockerd_lab.host.checks import FOR_MACHINES
from dockerd_lab.host.command import run
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.refused_paths import refuse_path
from dockerd_lab.progress import say


@dataclass(frozen=True)
class OwnLibvirt(Lab):
    """A lab without namespaces: an open daemon is on this computer's networks."""

    runtime: Path
    """The directory of its sockets and boot files; see host/runtime_directory.py."""

    kind = "own-libvirt"
    location = "on this computer's own libvirt"
    checks = FOR_MACHINES
    keeps_machines = False
    networks = ()

    @property
    def description(self) -> str:
        """Return `location`."""
        return self.location

    @property
    def sockets(self) -> Path:
        """Return a directory of the lab's runtime directory."""
        return self.runtime / "ssh"

    @property
    def boot_directory(self) -> Path:
        """Return the directory that libvirt's QEMU, which is another user, must read."""
        return self.runtime / "boot"

    @property
    def consoles(self) -> Path:
        """Return a directory beside the boot files, where libvirt's QEMU may write."""
        return self.boot_directory / "consoles"

    @property
    def consoles_for_libvirt(self) -> Path:
        """Return `consoles`: libvirt uses the same paths as your computer."""
        return self.consoles

    @property
    def has_orphaned_machines(self) -> bool:
        """Return whether it was not meant to stay: its machines outlive a killed command."""
        return not self.kept

    def domain(self, machine: str) -> str:
        """Return a name that tells whose the machine is: this libvirt has others too."""
        return f"dockerd-lab-{machine}"

    def alive(self) -> bool:
        """Return True: this computer always runs."""
        return True

    def argv_inside(self, argv: Sequence[str | Path]) -> list[str]:
        """Return the command as it is."""
        return [str(argument) for argument in argv]

    def path_on_computer(self, path: Path) -> Path:
        """Return the path as it is."""
        return path

    def boot_files(self, box: Box) -> dict[str, Path]:
        """Return copies of the box's files: libvirt changes the owner of what it is given.

        Raises FileExistsError where there are any already.
        """
        place = self.boot_directory / box.directory.name
        runtime_directory.make_passable(place)
        copies = {"kernel": place / box.kernel.name, "initrd": place / box.initrd.name}
        runtime_directory.copy_readable(box.kernel, copies["kernel"])
        runtime_directory.copy_readable(box.initrd, copies["initrd"])
        return copies

    def image_command(self, box: Box, image: Path) -> list[str | Path]:
        """Return the command for a whole copy: libvirt's QEMU may not look into a cache."""
        return ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", box.disk, image]

    def require_usable(self) -> None:
        """Raise HarnessError when its runtime directory is gone, or another user's by now."""
        if not runtime_directory.is_own(self.runtime):
            raise HarnessError(
                f"the running lab's directory {self.runtime} is gone (a reboot removes it),"
                " or another user may write to it",
                "dockerd-lab down   # ends the lab; the next command starts new machines",
            )

    def keep_running(self) -> None:
        """Do nothing: the machines stay until they are destroyed."""

    def stop(self) -> None:
        """Remove its runtime directory; whoever stops it has destroyed its machines."""
        runtime_directory.remove(self.runtime)

    def facts(self) -> dict[str, Any]:
        """Return the runtime directory."""
        return {"runtime": str(self.runtime)}


def start(directory: Path, kernel: Path, *, kept: bool) -> OwnLibvirt:
    """Make a lab on this computer's own libvirt, and print a warning.

    Raises HarnessError where libvirt does not answer, BadInput for a TMPDIR that it cannot take.
    """
    say(
        "lab: LAB_SANDBOX=off: this computer's own libvirt runs the machines. They are on its"
        " networks, an open daemon too, and stay if this command is killed."
    )
    run(["virsh", "--connect", "qemu:///system", "version"], what="asking libvirt", timeout=20)
    temporary = Path(tempfile.gettempdir())
    refuse_path(temporary, "&<", program="vagrant-libvirt", hint="TMPDIR may be elsewhere")
    return OwnLibvirt(directory, kvm.driver(kernel), kept, runtime_directory.make())
