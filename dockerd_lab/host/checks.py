"""Checks what a computer must have for the lab; a result has the command that fixes it.

The checks of `FOR_A_LAB` take no time and are made before a lab starts; `dockerd-lab doctor` makes
all of them.
"""

import getpass
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.namespaces import PRIVATE_DIRECTORIES, is_root, unshare

State = Literal["ok", "note", "missing"]


@dataclass(frozen=True)
class CheckResult:
    """The result of a check: `missing` stops the lab, a `note` does not."""

    check: str
    state: State
    message: str
    fix: str = ""


Check = Callable[[], CheckResult]
#: What the kernel calls the architecture of the boxes (Debian's linux-image-cloud-amd64).
ARCHITECTURE = "x86_64"
#: The programs that a lab runs, and the Debian packages they are in.
PROGRAMS = {
    "vagrant": "vagrant",
    "libvirtd": "libvirt-daemon",
    "virsh": "libvirt-clients",
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "dnsmasq": "dnsmasq-base",
    "iptables": "iptables",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "unshare": "util-linux",
    "nsenter": "util-linux-extra",
    "setpriv": "util-linux",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
}
#: Where Debian puts Ruby's packages; a plugin in ~/.vagrant.d is not seen by the lab's own Vagrant.
GEMS = Path("/usr/share/rubygems-integration")
TUN = Path("/dev/net/tun")
#: Ubuntu 24.04 and later; 1 lets AppArmor take an ordinary user's namespaces their capabilities.
UBUNTU_RESTRICTION = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


def require(checks: Iterable[Check]) -> None:
    """Raise HarnessError with the first thing that is missing for a lab, and its fix."""
    for result in run_checks(checks):
        if result.state == "missing":
            raise HarnessError(f"{result.check}: {result.message}", result.fix)


def run_checks(checks: Iterable[Check]) -> list[CheckResult]:
    """Return the results of the checks, in their order."""
    return [check() for check in checks]


def architecture() -> CheckResult:
    """Check that this computer can run the programs of the boxes, as building them does."""
    machine = platform.machine()
    if machine == ARCHITECTURE:
        return CheckResult("architecture", "ok", machine)
    return CheckResult(
        "architecture",
        "missing",
        f"the boxes and the machines are {ARCHITECTURE}, this computer is {machine}",
        f"use an {ARCHITECTURE} computer; `dockerd-lab explain` needs no machine and works here",
    )


def programs() -> CheckResult:
    """Check that all programs are installed."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if not absent:
        return CheckResult("programs", "ok", f"all {len(PROGRAMS)} are installed")
    packages = " ".join(sorted({PROGRAMS[name] for name in absent}))
    return CheckResult(
        "programs",
        "missing",
        f"not installed: {', '.join(absent)}",
        f"sudo apt-get install --no-install-recommends {packages}",
    )


def vagrant_libvirt() -> CheckResult:
    """Check that Vagrant has its libvirt provider."""
    if GEMS.is_dir() and not list(GEMS.glob("*/specifications/vagrant-libvirt-*.gemspec")):
        return CheckResult(
            "vagrant-libvirt",
            "missing",
            "Vagrant has no libvirt provider",
            "sudo apt-get install --no-install-recommends vagrant-libvirt",
        )
    return CheckResult("vagrant-libvirt", "ok", "installed")


def mount_points() -> CheckResult:
    """Check that the directories exist over which the lab mounts its own."""
    absent = [directory for directory in PRIVATE_DIRECTORIES if not Path(directory).is_dir()]
    if absent:
        message = f"missing, though empty ones would do: {', '.join(absent)}"
        return CheckResult("mount points", "missing", message, f"sudo mkdir -p {' '.join(absent)}")
    return CheckResult("mount points", "ok", "there")


def tun() -> CheckResult:
    """Check that this user may open the device that connects the machines to their bridges."""
    try:
        os.close(os.open(TUN, os.O_RDWR))
    except PermissionError:
        return CheckResult(
            "tun",
            "missing",
            f"this user may not open {TUN} (on most systems everybody may)",
            f"sudo chmod 0666 {TUN}",
        )
    except OSError as error:
        message = f"{TUN} cannot be opened: {error.strerror}"
        return CheckResult("tun", "missing", message, "sudo modprobe tun")
    return CheckResult("tun", "ok", f"{TUN} opens")


def user_namespaces() -> CheckResult:
    """Check, by trying, that an ordinary user can make the lab's namespaces."""
    name = "user namespaces"
    if is_root():
        return CheckResult(name, "ok", "not needed: this is root")
    user = getpass.getuser()
    version = _util_linux()
    if version < (2, 38):
        message = f"util-linux {'.'.join(map(str, version))} has no --map-auto; 2.38 brought it"
        fix = "run as root, or on Debian 12, Ubuntu 22.10 or newer"
    elif shutil.which("newuidmap") is None:
        message = "newuidmap is not installed"
        fix = "sudo apt-get install --no-install-recommends uidmap"
    elif not (_has_range("/etc/subuid", user) and _has_range("/etc/subgid", user)):
        message = f"/etc/subuid and /etc/subgid give {user} no ids"
        ids = "100000-165535"
        fix = f"sudo usermod --add-subuids {ids} --add-subgids {ids} {user}"
    elif (refused := _try_user_namespace()) is None:
        return CheckResult(name, "ok", f"{user} can make them")
    elif _read(UBUNTU_RESTRICTION) == "1":
        message = (
            "Ubuntu's AppArmor takes an ordinary user's namespaces their capabilities (24.04 on)"
        )
        fix = f"sudo sysctl {'.'.join(UBUNTU_RESTRICTION.parts[3:])}=0   # or run as root"
    else:
        message, fix = f"the kernel refuses: {refused}", "run as root instead"
    return CheckResult(name, "missing", message, fix)


def _try_user_namespace() -> str | None:
    """Return the error of making a lab's namespaces; None if they work."""
    result = subprocess.run(
        [*unshare("--net"), "ip", "link", "set", "lo", "up"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    if result.returncode == 0:
        return None
    return result.stderr.strip() or f"exit code {result.returncode}"


def disk(directory: Path, needed: int) -> CheckResult:
    """Check that a directory's file system has `needed` bytes left."""
    while not directory.exists():
        directory = directory.parent
    free = shutil.disk_usage(directory).free
    message = f"{free // 1_000_000} MB free at {directory}, {needed // 1_000_000} MB are used"
    if free < needed:
        return CheckResult("disk", "missing", message, "dockerd-lab clean   # shows what may go")
    return CheckResult("disk", "ok", message)


def memory(needed: int) -> CheckResult:
    """Check that `needed` bytes of memory are free for the machines."""
    match = re.search(r"MemAvailable: +(\d+) kB", _read(Path("/proc/meminfo")))
    free = int(match[1]) * 1024 if match else 0
    message = f"{free // 1_000_000} MB available, the machines take up to {needed // 1_000_000} MB"
    return CheckResult("memory", "ok" if free > needed else "note", message)


def system() -> CheckResult:
    """Return the name of this system as a result."""
    names = dict(
        line.split("=", 1) for line in _read(Path("/etc/os-release")).splitlines() if "=" in line
    )
    name = names.get("PRETTY_NAME", "unknown").strip('"')
    message = f"{name}, Linux {platform.release()}, Python {platform.python_version()}"
    supported = bool(shutil.which("dpkg-query"))
    return CheckResult("system", "ok" if supported else "note", message)


def versions() -> CheckResult:
    """Return the versions of the packages that the lab needs, as a result."""
    packages = ("vagrant", "vagrant-libvirt", "libvirt-daemon", "qemu-system-x86", "mmdebstrap")
    if shutil.which("dpkg-query") is None:
        return CheckResult("versions", "note", "no dpkg-query to ask")
    result = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${Version}\n", *packages],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return CheckResult("versions", "ok", ", ".join(result.stdout.splitlines()))


#: In the order in which an error is easiest to understand.
FOR_MACHINES = (architecture, programs, vagrant_libvirt)
FOR_A_LAB = (*FOR_MACHINES, mount_points, user_namespaces, tun)


def _util_linux() -> tuple[int, ...]:
    message = subprocess.run(
        ["unshare", "--version"], capture_output=True, text=True, timeout=20, check=False
    )
    version = re.search(r"(\d+)\.(\d+)", message.stdout)
    return (int(version[1]), int(version[2])) if version else (0, 0)


def _has_range(file: str, user: str) -> bool:
    names = {line.split(":")[0] for line in _read(Path(file)).splitlines()}
    return bool(names & {user, str(os.getuid())})


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""
