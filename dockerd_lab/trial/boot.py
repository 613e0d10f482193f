"""Boots `daemon` with a configuration, and waits until all that the boot starts has started."""

from collections.abc import Sequence
from dataclasses import dataclass
from shlex import join

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import last_lines
from dockerd_lab.machines import ssh
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe.observation import Boot

#: Seconds that the preparation may take.
_PREPARATION_LIMIT = 60
#: Seconds that provision/await-boot.sh may take: what it waits for itself, and some reserve.
_WAIT_LIMIT = 240


@dataclass(frozen=True)
class BootPlan:
    """What belongs to a boot besides the boot itself."""

    before: str
    """Shell lines for `daemon`, to run before it boots."""
    later: Sequence[str] = ()
    """Timers, path units, and files of cron's and at's: what they start is started once the boot
    is over."""


def run_boot_preparation(fleet: Fleet, plan: BootPlan) -> None:
    """Run the shell lines that prepare `daemon` for the boot; raises HarnessError if they fail."""
    _run(fleet, "sh -s", plan.before, "preparing daemon for a boot", _PREPARATION_LIMIT)


def finish_boot(fleet: Fleet, plan: BootPlan) -> Boot:
    """Wait until the boot is over, start what the timers would start later, and wait for that.

    Raises HarnessError if the machine does not answer.
    """
    script = (fleet.project.data / "provision/await-boot.sh").read_text()
    command = f"sh -s -- {join(plan.later)}"
    return parse_boot(_run(fleet, command, script, "waiting for daemon's boot", _WAIT_LIMIT))


def parse_boot(output: str) -> Boot:
    """Return what provision/await-boot.sh printed."""
    lines = [line.split() for line in output.splitlines()]
    return Boot(
        unfinished=[name for key, *names in lines if key == "unfinished" for name in names],
        triggered={names[1]: names[0] for key, *names in lines if key == "triggered"},
        left=[names[1] for key, *names in lines if key == "left"],
        absent=[names[0] for key, *names in lines if key == "absent"],
    )


def _run(fleet: Fleet, command: str, script: str, what: str, limit: float) -> str:
    """Run a script on `daemon`, and return its output; `limit` is in seconds."""
    result = ssh.run(fleet.lab, "daemon", command, what=what, timeout=limit, stdin=script.encode())
    if result.returncode != 0:
        output = (result.stdout + result.stderr).decode(errors="replace")
        raise HarnessError(f"{what}: exit code {result.returncode}" + last_lines(output))
    return result.stdout.decode(errors="replace")
