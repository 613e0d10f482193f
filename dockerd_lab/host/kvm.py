"""Whether KVM works on this computer: found out by running a guest, not by looking for the device.

/dev/kvm can exist and still be unable to run a stock kernel (a virtual machine without nested
virtualisation); QEMU then hangs or aborts, and libvirt spends minutes on probing.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from dockerd_lab.host.boxes import cache_home

#: Seconds a guest has to execute its first instructions; with working KVM it takes less than 2.
TRY_LIMIT = 10

# SeaBIOS alone, no disk. Its first instruction is at 0xfff0; a guest that runs is soon elsewhere.
GUEST = """\
<domain type='kvm'>
  <name>kvm-probe</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>
</domain>
"""
RESET_VECTOR = ("EIP=0000fff0", "RIP=000000000000fff0")


def works(start_libvirtd: Callable[[], "subprocess.Popen[bytes]"]) -> bool:
    """Whether a KVM guest executes, tried through a libvirtd started for it.

    When it works the libvirtd stays up for the lab; when not, it is ended (it may hang in its own
    probing). The answer is remembered until this computer boots again, since the try costs seconds.
    """
    if not Path("/dev/kvm").exists():
        return False
    remembered = cache_home() / "kvm.json"
    now = {
        "boot": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "device": oct(Path("/dev/kvm").stat().st_mode),
        "opens": os.access("/dev/kvm", os.R_OK | os.W_OK),  # a user may have joined its group
        "qemu": Path("/usr/bin/qemu-system-x86_64").stat().st_mtime,
    }
    try:
        known = json.loads(remembered.read_text())
    except (OSError, ValueError):
        known = {}
    if known.get("tried") == now:
        if known["works"]:
            start_libvirtd()
        return bool(known["works"])
    libvirtd = start_libvirtd()
    answer = _guest_runs()
    if not answer:
        libvirtd.kill()
        libvirtd.wait()
        Path("/run/libvirt/libvirt-sock").unlink(missing_ok=True)
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text(json.dumps({"tried": now, "works": answer}) + "\n")
    return answer


def driver_here() -> str:
    """`kvm` where a guest executes with it on this computer, tried with QEMU alone, else `qemu`."""
    argv = ["qemu-system-x86_64", "-accel", "kvm", "-nodefaults", "-display", "none"]
    with subprocess.Popen(
        [*argv, "-monitor", "stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as qemu:
        try:
            time.sleep(1)
            said, _ = qemu.communicate("info registers\nquit\n", timeout=TRY_LIMIT)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            return "qemu"
        finally:
            qemu.kill()
    runs = "RIP=" in said and not any(at in said for at in RESET_VECTOR)
    return "kvm" if qemu.returncode == 0 and runs else "qemu"


def _guest_runs() -> bool:
    """Start the guest and look where it executes, within TRY_LIMIT."""
    deadline = time.monotonic() + TRY_LIMIT
    try:
        if not _virsh(deadline, "create", "/dev/stdin", stdin=GUEST)[0]:
            return False
        while time.monotonic() < deadline:
            asked, registers = _virsh(
                deadline, "qemu-monitor-command", "kvm-probe", "--hmp", "info registers"
            )
            if not asked:
                return False
            if not any(at in registers for at in RESET_VECTOR):
                return _virsh(deadline, "destroy", "kvm-probe")[0]
            time.sleep(0.2)
    except subprocess.TimeoutExpired:
        pass
    _end_probe()
    return False


def _virsh(deadline: float, *args: str, stdin: str = "") -> tuple[bool, str]:
    left = max(0.1, deadline - time.monotonic())
    done = subprocess.run(
        ["virsh", "--connect", "qemu:///system", *args],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=left,
        check=False,
    )
    return done.returncode == 0, done.stdout


def _end_probe() -> None:
    """End a guest that hangs: its QEMU runs in the lab's own process namespace."""
    subprocess.run(["pkill", "-KILL", "-f", "guest=kvm-probe|qemu-system-x86_64 -S"], check=False)
