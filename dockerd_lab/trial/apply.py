"""Applies a case to `daemon`: the directory goes there, and provision/apply.sh does the rest."""

import io
import re
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dockerd_lab.cases.credentials import credential, private
from dockerd_lab.cases.model import Configuration, Credential
from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machine_paths import APPLY, PLACE
from dockerd_lab.machines import ssh
from dockerd_lab.machines.remote_command import CommandResult

#: Seconds apply.sh may take: its own limits (120 to restart, up to 120 to answer), 150 for a user's
#: script, and room.
APPLY_LIMIT = 420
#: The same with fix.sh, which has 180 of its own.
FIX_LIMIT = APPLY_LIMIT + 180
#: How apply.sh ends what it says of fix.sh.
_FIXED = re.compile(r"^apply: fix\.sh: exit code (\d+) after", re.MULTILINE)


def apply(
    lab: Lab,
    root: Path,
    case: Configuration,
    address: str,
    unit: str | None = None,
    *,
    restart_limit: int | None = None,
) -> str:
    """Apply a case and return what apply.sh printed; `address` is the daemon's in the lab.

    `unit` names a docker.service of provision/units that takes the place of the packaged one first.
    `restart_limit` are the seconds that docker.service has to start, apply.sh's own if None. Raises
    HarnessError when the case could not be applied; a dockerd that does not start with it is no
    error here.
    """
    _prepare_client(lab, case, address)
    setting = "" if restart_limit is None else f"RESTART_LIMIT={restart_limit} "
    parcel = _parcel(root, case, address, unit)
    return _run(lab, f"applying {case.name}", "", parcel, setting=setting)


def after_boot(
    lab: Lab, root: Path, case: Configuration, address: str, unit: str | None = None
) -> str:
    """Wait, on a machine that was rebooted, for what the boot made of the applied case."""
    parcel = _parcel(root, case, address, unit)
    return _run(lab, f"{case.name} after a reboot", "booted", parcel)


def fix(
    lab: Lab, root: Path, case: Configuration, address: str, unit: str | None = None
) -> CommandResult:
    """Mend an applied failure with its fix.sh; the steps are in the answer as they went.

    Raises HarnessError when it could not be tried; a step that fails is in the answer.
    """
    started = time.monotonic()
    parcel = _parcel(root, case, address, unit)
    said = _run(lab, f"mending {case.name}", "fix", parcel, limit=FIX_LIMIT)
    code = _FIXED.search(said)
    if code is None:
        raise HarnessError(f"mending {case.name}: apply.sh told no exit code" + last_lines(said))
    return CommandResult("fix.sh", int(code[1]), said, "", time.monotonic() - started)


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
        raise HarnessError(f"{what}: " + last_lines(done.stderr.decode(errors="replace")))


def _run(
    lab: Lab,
    what: str,
    argument: str,
    parcel: bytes,
    *,
    limit: float = APPLY_LIMIT,
    setting: str = "",
) -> str:
    run_it = f"{setting}sh {APPLY} {PLACE} {argument}"
    command = f"rm -rf {PLACE} && mkdir {PLACE} && tar -xf - -C / && {run_it}"
    done = ssh.run(lab, "daemon", command, what=what, timeout=limit, stdin=parcel)
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0:
        raise HarnessError(f"{what}: exit code {done.returncode}" + last_lines(said))
    return said


def _parcel(root: Path, case: Configuration, address: str, unit: str | None) -> bytes:
    """The case's directory and apply.sh as a tar archive, to be unpacked at the machine's root."""
    with _archive() as (tar, buffer):
        own = case.directory / "unit"
        if own.is_symlink():  # to one of provision/units, which is packed in its place
            unit = own.resolve().name
        tar.add(case.directory, arcname=PLACE, filter=_without_link)
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


def _without_link(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """An entry of the case, but not its link to a unit."""
    return None if entry.issym() and entry.name == f"{PLACE}/unit".lstrip("/") else _roots(entry)


def _roots(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
