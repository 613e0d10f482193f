"""Applies a case to `daemon`: the directory goes there, and provision/apply.sh does the rest."""

import io
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dockerd_lab.cases.credentials import credential, private
from dockerd_lab.cases.model import Configuration, Credential
from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh
from dockerd_lab.machines.ask import Answer

#: Where the case lies on the machine; Vagrant's provisioner uses the same place.
PLACE = "/tmp/case"  # noqa: S108  (on the machine)
APPLY = "/tmp/apply.sh"  # noqa: S108  (on the machine)
#: What apply.sh keeps on the machine, and in it what came of the case applied last.
STATE = "/var/lib/dockerd-lab"
OUTCOME = f"{STATE}/outcome"
#: Seconds apply.sh may take: its own limits (120 to restart, up to 120 to answer) and room.
APPLY_LIMIT = 300


def apply(lab: Lab, root: Path, case: Configuration, address: str, unit: str | None = None) -> str:
    """Apply a case and return what apply.sh printed; `address` is the daemon's in the lab.

    `unit` names a docker.service of provision/units that takes the place of the packaged one first.
    Raises HarnessBroke when the case could not be applied; a dockerd that does not start with it
    is no error here.
    """
    _prepare_client(lab, case, address)
    return _run(lab, f"applying {case.name}", "", _parcel(root, case, address, unit))


def after_boot(
    lab: Lab, root: Path, case: Configuration, address: str, unit: str | None = None
) -> str:
    """Wait, on a machine that was rebooted, for what the boot made of the applied case."""
    parcel = _parcel(root, case, address, unit)
    return _run(lab, f"{case.name} after a reboot", "booted", parcel)


def fix(lab: Lab, root: Path, case: Configuration, address: str, unit: str | None = None) -> Answer:
    """Mend an applied failure with its fix.sh; the steps are in the answer as they went."""
    started = time.monotonic()
    done = _apply_sh(lab, f"mending {case.name}", "fix", _parcel(root, case, address, unit))
    said = (done.stdout + done.stderr).decode(errors="replace")
    return Answer("fix.sh", done.returncode, said, "", time.monotonic() - started)


def _prepare_client(lab: Lab, case: Configuration, address: str) -> None:
    """Put on `client` what the case has for it: the files under client/, and credentials."""
    files = case.directory / "client"
    given = case.credentials.client
    if not given and not files.is_dir():
        return
    with _archive() as (tar, buffer):
        if files.is_dir():
            tar.add(files, arcname="/", filter=_roots)
        _add_credentials(tar, given, address, below="")
    what = f"preparing client for {case.name}"
    done = ssh.run(lab, "client", "tar -xpf - -C /", what=what, timeout=60, stdin=buffer.getvalue())
    if done.returncode != 0:
        raise HarnessBroke(f"{what}: " + last_lines(done.stderr.decode(errors="replace")))


def _run(lab: Lab, what: str, argument: str, parcel: bytes) -> str:
    done = _apply_sh(lab, what, argument, parcel)
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0:
        raise HarnessBroke(f"{what}: exit code {done.returncode}" + last_lines(said))
    return said


def _apply_sh(
    lab: Lab, what: str, argument: str, parcel: bytes
) -> subprocess.CompletedProcess[bytes]:
    command = f"rm -rf {PLACE} && mkdir {PLACE} && tar -xf - -C / && sh {APPLY} {PLACE} {argument}"
    return ssh.run(lab, "daemon", command, what=what, timeout=APPLY_LIMIT, stdin=parcel)


def _parcel(root: Path, case: Configuration, address: str, unit: str | None) -> bytes:
    """The case's directory and apply.sh as a tar archive, to be unpacked at the machine's root."""
    with _archive() as (tar, buffer):
        tar.add(case.directory, arcname=PLACE, filter=_roots)
        own = case.directory / "unit"
        if own.is_symlink():  # to one of provision/units
            unit = own.resolve().name
        _add_credentials(tar, case.credentials.daemon, address, below=f"{PLACE}/rootfs")
        if unit is not None:
            tar.add(root / "provision/units" / unit, arcname=f"{PLACE}/unit", filter=_roots)
        tar.add(root / "provision/apply.sh", arcname=APPLY, filter=_roots)
    return buffer.getvalue()


@contextmanager
def _archive() -> Iterator[tuple[tarfile.TarFile, io.BytesIO]]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        yield tar, buffer


def _add_credentials(
    tar: tarfile.TarFile, given: Mapping[str, Credential], address: str, *, below: str
) -> None:
    """Add each asked-for credential at its path, readable as such a file should be."""
    for path, name in given.items():
        content = credential(name, address)
        entry = _roots(tarfile.TarInfo((below + path).lstrip("/")))
        entry.size, entry.mode = len(content), 0o400 if private(name) else 0o444
        # The same bytes make the same case, whenever they were packed.
        tar.addfile(entry, io.BytesIO(content))


def _roots(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
