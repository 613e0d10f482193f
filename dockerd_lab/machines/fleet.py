"""Restores the three machines from their live snapshot as often as needed, and reboots one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh, vagrant_up, virsh
from dockerd_lab.project import Project
from dockerd_lab.settings import Settings

#: The live snapshot (memory and disk) that every case starts from.
SNAPSHOT = "clean"
#: What makes machines ready, three of them at once.
_BACKGROUND = ThreadPoolExecutor(3)
#: Every machine's network interface in the lab's network.
INTERFACE = "eth1"


@dataclass
class Fleet:
    """The machines of a running lab."""

    lab: Lab
    project: Project
    settings: Settings
    versions: dict[str, str]
    restored: int = 0
    """How often the machines were restored by this process."""

    @property
    def engine(self) -> str:
        """Return the engine of `daemon`."""
        return self.settings.engine_of("daemon")

    @property
    def address(self) -> str:
        """Return the address of `daemon` in the lab."""
        return str(self.settings.machines.daemon.address)

    @property
    def names(self) -> list[str]:
        """Return the names of the machines, daemon first."""
        return [name for name, _ in self.settings.machines.items()]

    def restore(self) -> None:
        """Put the machines back to the snapshot, set their clocks, and connect anew.

        Those that nothing has touched since they were as in the snapshot go on. It returns when
        `daemon` is ready.
        """

        def one(machine: str) -> None:
            ssh.drop_connection(self.lab, machine)
            virsh.monitor(self.lab, machine, f"loadvm {SNAPSHOT}")
            refresh(self.lab, self.settings, machine)

        as_saved = self.lab.untouched | self.lab.pending.keys()
        make_ready(self.lab, [name for name in self.names if name not in as_saved], one)
        self.restored += 1

    def reboot(self) -> None:
        """Restart `daemon` as an administrator does, wait until it answers, and set its clock."""
        deadline = time.monotonic() + vagrant_up.ANSWER_LIMIT
        before = _boot_id(self.lab, "daemon")
        # The shutdown may end the connection before ssh has its answer.
        with suppress(HarnessError):
            ssh.run(self.lab, "daemon", "systemctl reboot", what="rebooting daemon", timeout=30)
        while _boot_id(self.lab, "daemon") == before:
            if time.monotonic() > deadline:
                raise HarnessError(f"daemon did not reboot within {vagrant_up.ANSWER_LIMIT} s")
            time.sleep(0.5)
            ssh.drop_connection(self.lab, "daemon")
        refresh(self.lab, self.settings, "daemon")
        self.lab.untouched.discard("daemon")


def refresh(lab: Lab, settings: Settings, machine: str) -> None:
    """Set a machine's clock, which stood still since the snapshot, and its IPv6 address.

    The address is not among what Vagrant configures, and a boot has lost it. After a boot `daemon`
    is touched all the same.
    """
    address = f"ip address replace {settings.interface6(machine)} dev {INTERFACE} nodad"
    _until_it_answers(lab, machine, lambda: f"date --set=@{time.time():.3f}; {address}")
    lab.untouched.add(machine)


def _boot_id(lab: Lab, machine: str) -> str:
    return _until_it_answers(lab, machine, lambda: "cat /proc/sys/kernel/random/boot_id")


def _until_it_answers(lab: Lab, machine: str, command: Callable[[], str]) -> str:
    """Run a command on a machine that may not be reachable yet; return what it printed."""
    deadline = time.monotonic() + vagrant_up.ANSWER_LIMIT
    while True:
        try:
            result = ssh.run_before_ready(lab, machine, line := command(), what=line, timeout=30)
            return result.stdout.decode(errors="replace").strip()
        except HarnessError as error:
            if time.monotonic() > deadline or not lab.alive():
                raise HarnessError(
                    f"{machine} did not answer within {vagrant_up.ANSWER_LIMIT} s after its restore"
                    f" or reboot: {error.message}",
                    error.hint,
                ) from None
            ssh.drop_connection(lab, machine)
            time.sleep(0.2)


def make_ready(lab: Lab, machines: list[str], work: Callable[[str], None]) -> None:
    """Do the work on all machines at once, and wait for `daemon` alone.

    The others are waited for when they are first used; see Lab.settle.
    """
    lab.pending.update({machine: _BACKGROUND.submit(work, machine) for machine in machines})
    lab.settle("daemon")


def for_each(machines: list[str], work: Callable[[str], None]) -> None:
    """Do the work on all machines at once; the first error is raised after all have ended."""
    with ThreadPoolExecutor(len(machines)) as pool:
        for future in [pool.submit(work, machine) for machine in machines]:
            future.result()
