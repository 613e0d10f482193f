"""Makes testinfra hosts for the machines: testinfra's ssh backend, entered through the lab."""

from typing import Any

import testinfra.backend.ssh
import testinfra.host

from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh

#: Seconds one testinfra command may take.
COMMAND_LIMIT = 120


class LabBackend(testinfra.backend.ssh.SshBackend):  # type: ignore[misc]  # testinfra has no types
    """Runs testinfra's commands over the lab's multiplexed ssh."""

    NAME = "lab"

    def __init__(self, lab: Lab, machine: str):
        super().__init__(f"root@{machine}")
        self.lab = lab
        self.machine = machine

    def run_ssh(self, command: str) -> Any:
        """Run one command; raises HarnessError if the machine cannot be reached."""
        result = ssh.run(self.lab, self.machine, command, what=command, timeout=COMMAND_LIMIT)
        return self.result(result.returncode, self.encode(command), result.stdout, result.stderr)


def testinfra_host(lab: Lab, machine: str) -> testinfra.host.Host:
    """Return a testinfra host for a machine: `….service("docker").is_running`, and all else."""
    return testinfra.host.Host(LabBackend(lab, machine))
