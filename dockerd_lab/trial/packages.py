"""Installs Debian packages on `daemon` before a configuration is applied there."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import last_lines
from dockerd_lab.machines import ssh
from dockerd_lab.machines.fleet import Fleet

#: Where the packages lie on the machine while they are installed.
_PLACE = "/var/tmp/dockerd-lab-packages"  # noqa: S108  (on the machine)
#: Seconds that it may take.
_LIMIT = 300


def install_packages(fleet: Fleet, files: Iterable[Path]) -> None:
    """Copy packages to `daemon` and install them there; raises HarnessError if that fails."""
    script = fleet.project.data / "provision/install-packages.sh"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in (script, *files):
            tar.add(file, arcname=file.name)
    what = "installing packages on daemon"
    command = (
        f"mkdir -p {_PLACE} && tar -xf - -C {_PLACE} && sh {_PLACE}/{script.name} && rm -r {_PLACE}"
    )
    done = ssh.run(fleet.lab, "daemon", command, what=what, timeout=_LIMIT, stdin=buffer.getvalue())
    if done.returncode != 0:
        output = (done.stdout + done.stderr).decode(errors="replace")
        raise HarnessError(f"{what}: exit code {done.returncode}" + last_lines(output))
