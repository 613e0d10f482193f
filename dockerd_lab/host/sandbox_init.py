"""Runs as a lab's first process: sets up the private namespaces and keeps libvirtd running.

    unshare --net --mount --pid … python -m dockerd_lab.host.sandbox_init LAB_DIRECTORY KERNEL

It prints one line of JSON when libvirtd answers, then waits. When it ends, for whatever reason, the
kernel ends every other process of the lab and takes its bridges and mounts away.
"""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import groups, kvm, qemu_user
from dockerd_lab.host.boxes import BOXES_IN_LAB
from dockerd_lab.host.command import last_lines, run
from dockerd_lab.host.namespaces import IN_USER_NAMESPACE, PRIVATE_DIRECTORIES
from dockerd_lab.project import user_cache

# security_driver: the lab's own namespaces and user are what holds a guest. user, group,
# remember_owner: QEMU runs as an id that is nobody's, to which libvirt gives the disks at every
# start. namespaces, cgroup_controllers: the lab is one already, and has no cgroups of its own.
# stdio_handler: the consoles are written by QEMU itself, without virtlogd.
QEMU_CONF = """\
security_driver = "none"
user = "+{user}"
group = "+{user}"
remember_owner = 0
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
"""
# Else everybody may connect, QEMU too, and libvirtd does as root what it is told.
LIBVIRTD_CONF = """\
unix_sock_rw_perms = "0700"
unix_sock_ro_perms = "0700"
"""
KVM = Path("/dev/kvm")

#: Seconds libvirtd may take until it answers; it takes less than 1.
LIBVIRTD_LIMIT = 60


def main() -> int:
    """Set up the lab, print that it is ready, and wait for its end."""
    directory = Path(sys.argv[1])
    ordinary = bool(os.environ.get(IN_USER_NAMESPACE))
    try:
        _network()
        _mounts(directory)
        _accounts(directory)
        user = qemu_user.choose(directory, ordinary=ordinary)
        driver = kvm.driver(Path(sys.argv[2]))
        if driver == "kvm":
            user, driver = _kvm_for(user, ordinary=ordinary)
        if driver != "kvm" and KVM.exists():
            _hide_kvm()
        Path("/etc/libvirt/qemu.conf").write_text(QEMU_CONF.format(user=user))
        Path("/etc/libvirt/libvirtd.conf").write_text(LIBVIRTD_CONF)
        libvirtd = _start_libvirtd()
    except HarnessError as error:
        print(json.dumps({"error": error.message}), flush=True)
        return error.exit_code
    print(json.dumps({"driver": driver}), flush=True)
    _wait(libvirtd.pid)
    print("libvirtd ended", file=sys.stderr)
    return HarnessError.exit_code


def _system(*argv: str | Path) -> None:
    run(argv, what="setting up the lab", timeout=30)


def _network() -> None:
    _system("ip", "link", "set", "lo", "up")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1\n")


def _mounts(directory: Path) -> None:
    _system("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    Path("/run/ssh").mkdir(mode=0o700)
    for target, name in PRIVATE_DIRECTORIES.items():
        source = directory / "libvirt" / name
        source.mkdir(parents=True, exist_ok=True)
        source.chmod(0o755)  # QEMU's user has to come through, whatever the umask
        if not Path(target).is_dir():
            raise HarnessError(
                f"no directory {target} to mount over; `dockerd-lab bootstrap` makes it"
            )
        _system("mount", "--bind", source, target)
    for name in ("images", BOXES_IN_LAB.name):
        (directory / "libvirt/lib" / name).mkdir(exist_ok=True)
        (directory / "libvirt/lib" / name).chmod(0o755)
    boxes = user_cache() / "boxes"
    boxes.mkdir(parents=True, exist_ok=True)
    _system("mount", "--bind", boxes, BOXES_IN_LAB)


def _accounts(directory: Path) -> None:
    """Give the lab the account that Debian's libvirtd looks up at its start.

    libvirt-daemon-system makes it on a computer whose libvirt is in use; the lab adds it to a copy.
    """
    for file in (Path("/etc/passwd"), Path("/etc/group")):
        text = file.read_text()
        if "\nlibvirt-qemu:" not in text:
            copy = directory / "libvirt" / file.name
            entry = "64055::/nonexistent:/bin/false" if file.name == "passwd" else ""
            copy.write_text(f"{text.rstrip()}\nlibvirt-qemu:x:64055:{entry}\n")
            _system("mount", "--bind", copy, file)


def _hide_kvm() -> None:
    """Mount a file over /dev/kvm that nobody may open, root neither.

    libvirt would probe a KVM that does not work for minutes. Where it may open what is there, and
    knows QEMU to be without KVM, it asks QEMU anew for each machine, which takes seconds
    (virQEMUCapsIsValid in libvirt's src/qemu/qemu_capabilities.c).
    """
    nothing = Path("/run/no-kvm")
    nothing.touch(mode=0)
    _system("mount", "--bind", nothing, KVM)
    _system("mount", "-o", "remount,bind,ro", KVM)


def _kvm_for(user: int, *, ordinary: bool) -> tuple[int, str]:
    """Let QEMU open /dev/kvm: the user that it is to run as, and libvirt's name for what runs it.

    Root's lab has a device of its own. An ordinary user's QEMU keeps the user's groups where one of
    these opens the device, and is the user where that alone does.
    """
    if not ordinary:
        device, own = KVM.stat(), Path("/run/kvm")
        with suppress(OSError):  # a container may make no devices
            os.mknod(own, device.st_mode, device.st_rdev)
            own.chmod(stat.S_IMODE(device.st_mode))
            os.chown(own, user, user)
            _system("mount", "--bind", own, KVM)
        return user, "kvm" if qemu_user.can_open(user, KVM, groups=()) else "qemu"
    if qemu_user.can_open(user, KVM, groups=()):
        return user, "kvm"
    groups.keep()
    return user if qemu_user.can_open(user, KVM, groups=None) else 0, "kvm"


def _start_libvirtd() -> "subprocess.Popen[bytes]":
    """Start libvirtd, its log in the lab's directory, and wait until it answers.

    It and QEMU see this computer's files, but may write the lab's alone.
    """
    argv = ["unshare", "--mount", "--", sys.executable, "-m", "dockerd_lab.host.readonly"]
    file = Path("/var/log/libvirt/libvirtd.log")
    with file.open("ab") as log:
        process = subprocess.Popen(
            [*argv, "libvirtd"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + LIBVIRTD_LIMIT
    while not Path("/run/libvirt/libvirt-sock").exists():
        if process.poll() is not None:
            output = last_lines(file.read_text(errors="replace"))
            raise HarnessError(f"libvirtd ended at once, exit code {process.returncode}{output}")
        if time.monotonic() > deadline:
            raise HarnessError(f"libvirtd made no socket within {LIBVIRTD_LIMIT} s")
        time.sleep(0.05)
    return process


def _wait(libvirtd: int) -> None:
    """Reap what ends, as the first process of a PID namespace must, until libvirtd or SIGTERM.

    A lab without libvirtd is none: its end ends the lab, and nobody looks for a cause elsewhere.
    """
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=_end_with_starter, daemon=True).start()
    while os.wait()[0] != libvirtd:
        pass


def _end_with_starter() -> None:
    """End the lab when its starter ends without having said that the lab shall stay."""
    if not sys.stdin.readline():
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
