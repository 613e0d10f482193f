"""Finds out whether KVM works on this computer by running a kernel: the device proves nothing.

/dev/kvm can exist and still be unable to run a stock kernel (a virtual machine without nested
virtualisation). The firmware may run then, and the kernel hangs, or QEMU aborts.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from dockerd_lab.errors import HarnessError
from dockerd_lab.project import user_cache

#: Seconds a kernel has to boot as far as it can without a disk; emulated it takes less than 2.
TRY_LIMIT = 10

DEVICE = Path("/dev/kvm")
QEMU = "qemu-system-x86_64"
# Without a disk the kernel panics, and QEMU ends where the machine would reboot.
GUEST = (
    *(QEMU, "-accel", "kvm", "-cpu", "host", "-m", "256"),
    *("-nodefaults", "-display", "none", "-no-reboot"),
    *("-serial", "stdio", "-append", "console=ttyS0 panic=-1"),
)
#: What the kernel says at last.
BOOTED = b"Unable to mount root fs"


def works(kernel: Path) -> bool:
    """Return whether a box's kernel boots with KVM.

    The answer is remembered until this computer boots again, or its device or QEMU change.
    Raises HarnessError where there is a device, and no QEMU to try it with.
    """
    if not DEVICE.exists():
        return False
    qemu = shutil.which(QEMU)
    if qemu is None:
        raise HarnessError(
            f"trying KVM: {QEMU} is not installed",
            "dockerd-lab bootstrap   # installs what is missing",
        )
    file = user_cache() / "kvm.json"
    now = {
        "by": " ".join(GUEST),
        "boot": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "device": oct(DEVICE.stat().st_mode),
        "opens": os.access(DEVICE, os.R_OK | os.W_OK),  # a user may have joined its group
        "qemu": [qemu, Path(qemu).stat().st_mtime],
    }
    try:
        remembered_answer = json.loads(file.read_text())
    except (OSError, ValueError):
        remembered_answer = {}
    if remembered_answer.get("tried") == now:
        return bool(remembered_answer["works"])
    answer = _boots(kernel)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"tried": now, "works": answer}) + "\n")
    return answer


def driver(kernel: Path) -> str:
    """Return libvirt's name of what runs the machines: `kvm`, or `qemu` for emulation."""
    return "kvm" if works(kernel) else "qemu"


def _boots(kernel: Path) -> bool:
    """Return whether a kernel boots, as far as it can, within TRY_LIMIT."""
    try:
        result = subprocess.run(
            [*GUEST, "-kernel", str(kernel)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TRY_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return BOOTED in result.stdout
