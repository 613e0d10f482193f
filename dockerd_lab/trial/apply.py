"""Applies a case to `daemon`: copies the case's directory there, and runs provision/apply.sh."""

import io
import re
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dockerd_lab.cases.credentials import credential, is_private
from dockerd_lab.cases.model import Configuration, Credential
from dockerd_lab.cases.units import unit_directories
from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machine_paths import APPLY_SCRIPT, CASE_DIRECTORY
from dockerd_lab.machines import ssh
from dockerd_lab.machines.remote_command import CommandResult
from dockerd_lab.project import Project

#: Seconds apply.sh may take: 120 to restart, up to 120 until dockerd answers, 150 for a user's
#: script, and some reserve.
APPLY_LIMIT = 420
#: Seconds apply.sh may take with fix.sh, which has a limit of 180.
FIX_LIMIT = APPLY_LIMIT + 180
#: The line in which apply.sh reports the exit code of fix.sh, on standard error.
_FIX_EXIT_CODE = re.compile(r"^fix_exit_code=(\d+)\n", re.MULTILINE)


def apply(
    lab: Lab,
    project: Project,
    case: Configuration,
    address: str,
    unit: str | None = None,
    *,
    restart_limit: int | None = None,
) -> str:
    """Apply a case and return the output of apply.sh; `address` is the daemon's in the lab.

    `unit` names a docker.service of provision/units that replaces the packaged one.
    `restart_limit` is how many seconds docker.service gets to start; None means apply.sh's default.
    Raises HarnessError if the case could not be applied. A dockerd that does not start is no error.
    """
    _prepare_client(lab, case, address)
    environment = "" if restart_limit is None else f"RESTART_LIMIT={restart_limit} "
    archive = _pack(project, case, address, unit)
    return "".join(_run(lab, f"applying {case.name}", "", archive, environment=environment))


def wait_after_reboot(
    lab: Lab, project: Project, case: Configuration, address: str, unit: str | None = None
) -> str:
    """Wait after a reboot until dockerd is ready or has failed; return the output of apply.sh."""
    archive = _pack(project, case, address, unit)
    return "".join(_run(lab, f"{case.name} after a reboot", "booted", archive))


def apply_fix(
    lab: Lab, project: Project, case: Configuration, address: str, unit: str | None = None
) -> CommandResult:
    """Run fix.sh for an applied failure, and return its output and exit code.

    Standard output has the steps and their output, standard error what apply.sh prints.
    Raises HarnessError if fix.sh could not be run. If fix.sh itself fails, its exit code says so.
    """
    started = time.monotonic()
    archive = _pack(project, case, address, unit)
    work = f"fixing {case.name}"
    stdout, stderr = _run(lab, work, "fix", archive, limit=FIX_LIMIT)
    match = _FIX_EXIT_CODE.search(stderr)
    if match is None:
        raise HarnessError(f"{work}: no exit code of fix.sh" + last_lines(stdout + stderr))
    progress = _FIX_EXIT_CODE.sub("", stderr)
    return CommandResult("fix.sh", int(match[1]), stdout, progress, time.monotonic() - started)


def _prepare_client(lab: Lab, case: Configuration, address: str) -> None:
    """Copy the case's files for `client` there: those under client/, and the credentials."""
    files = case.directory / "client"
    credentials = case.credentials.client
    if not credentials and not files.is_dir():
        return
    with _open_archive() as (tar, buffer):
        if files.is_dir():
            tar.add(files, arcname="/", filter=_owned_by_root)
        _add_credentials(tar, credentials, address, below="")
    work = f"preparing client for {case.name}"
    result = ssh.run(
        lab, "client", "tar -xpf - -C /", what=work, timeout=60, stdin=buffer.getvalue()
    )
    if result.returncode != 0:
        raise HarnessError(f"{work}: " + last_lines(result.stderr.decode(errors="replace")))


def _run(
    lab: Lab,
    work: str,
    argument: str,
    archive: bytes,
    *,
    limit: float = APPLY_LIMIT,
    environment: str = "",
) -> tuple[str, str]:
    """Copy the archive to `daemon`, run apply.sh there, and return its output: stdout and stderr.

    `work` names this step in messages. `argument` is passed to apply.sh after the directory;
    `environment` is empty, or `NAME=value `. `limit` is in seconds. Raises HarnessError if apply.sh
    fails.
    """
    run_apply = f"{environment}sh {APPLY_SCRIPT} {CASE_DIRECTORY} {argument}"
    command = f"rm -rf {CASE_DIRECTORY} && mkdir {CASE_DIRECTORY} && tar -xf - -C / && {run_apply}"
    result = ssh.run(lab, "daemon", command, what=work, timeout=limit, stdin=archive)
    stdout, stderr = (text.decode(errors="replace") for text in (result.stdout, result.stderr))
    if result.returncode != 0:
        raise HarnessError(f"{work}: exit code {result.returncode}" + last_lines(stdout + stderr))
    return stdout, stderr


def _pack(project: Project, case: Configuration, address: str, unit: str | None) -> bytes:
    """Return the case's directory and apply.sh as a tar archive, to be unpacked in `/`."""
    with _open_archive() as (tar, buffer):
        unit = case.unit or unit
        tar.add(case.directory, arcname=CASE_DIRECTORY, filter=_without_unit_link)
        _add_credentials(tar, case.credentials.daemon, address, below=f"{CASE_DIRECTORY}/rootfs")
        if unit is not None:
            tar.add(
                unit_directories(project)[unit],
                arcname=f"{CASE_DIRECTORY}/unit",
                filter=_owned_by_root,
            )
        tar.add(project.data / "provision/apply.sh", arcname=APPLY_SCRIPT, filter=_owned_by_root)
    return buffer.getvalue()


@contextmanager
def _open_archive() -> Iterator[tuple[tarfile.TarFile, io.BytesIO]]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        yield tar, buffer


def _add_credentials(
    tar: tarfile.TarFile, credentials: Mapping[str, Credential], address: str, *, below: str
) -> None:
    """Add each credential to the archive, at its path below `below` and with a suitable mode."""
    for path, name in credentials.items():
        content = credential(name, address)
        entry = _owned_by_root(tarfile.TarInfo((below + path).lstrip("/")))
        entry.size, entry.mode = len(content), 0o400 if is_private(name) else 0o444
        # The time stays 0, so that the same content always makes the same archive.
        tar.addfile(entry, io.BytesIO(content))


def _without_unit_link(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Return an archive entry, owned by root; None for the case's link to a unit."""
    return (
        None
        if entry.issym() and entry.name == f"{CASE_DIRECTORY}/unit".lstrip("/")
        else _owned_by_root(entry)
    )


def _owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return an archive entry with root as its owner."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
