"""Runs a trial: restores the machines, applies a configuration, fixes or reboots, and observes."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dockerd_lab.cases.model import Configuration
from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.batch import run_on
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.observe.observation import Boot, Observation
from dockerd_lab.observe.observe import observe
from dockerd_lab.progress import say, step
from dockerd_lab.trial import scripts
from dockerd_lab.trial.apply import apply, wait_after_reboot
from dockerd_lab.trial.boot import BootPlan, finish_boot, run_boot_preparation
from dockerd_lab.trial.packages import install_packages

#: Seconds for a unit that starts the docker client, which would wait for dockerd forever.
NO_DAEMON_LIMIT = 10


@dataclass(frozen=True)
class Plan:
    """What to try, and what to observe."""

    configuration: Configuration
    subject: str
    """The name of the observation, as one word: the engine and the case."""
    packages: Sequence[Path] = ()
    """Debian packages to install on `daemon` before the configuration is applied."""
    unit: str | None = None
    """A docker.service of provision/units that replaces the packaged one."""
    then: Literal["nothing", "fix", "reboot"] = "nothing"
    """What to do after the configuration was applied, and before the machines are observed."""
    boot: BootPlan | None = None
    """For `reboot`: what else to do, if the boot is to be waited for until all has started."""
    inspected: Inspection = field(default_factory=Inspection)
    """What to observe on `daemon` besides dockerd."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """Commands for `client` and `outsider` that add routes to addresses added to `daemon`."""
    starts_client: str | None = None
    """The command line of a unit that starts the docker client, and therefore no daemon."""
    tools: Collection[str] = ()
    """The tools of observe/client_tools.py to run on `client`."""
    check_idempotent: bool = False
    """Whether to apply the configuration a second time and observe what that changes."""


def run_trial(
    fleet: Fleet, plan: Plan, *, already_applied: bool = False, quiet: bool = False
) -> Observation:
    """Try a configuration on freshly restored machines, and return the observation.

    With `already_applied` the trial continues an earlier one of the same configuration: nothing is
    restored or applied. With `quiet` no progress is printed. Raises HarnessError if the trial
    failed for another reason than the configuration.
    """
    name = plan.configuration.name
    if not already_applied:
        with _progress(f"{fleet.engine}: restoring the machines", quiet):
            fleet.restore()
    since = time.monotonic()
    if not already_applied and plan.packages:
        with _progress(f"{fleet.engine}: installing {len(plan.packages)} packages", quiet):
            install_packages(fleet, plan.packages)
    if not already_applied:
        with _progress(f"{fleet.engine}: applying {name}, and restarting dockerd", quiet):
            _apply(fleet, plan)
    fix_results: dict[str, CommandResult] = {}
    boot: Boot | None = None
    if plan.then == "fix":
        with _progress(f"{fleet.engine}: fixing {name}", quiet):
            fix_results = scripts.run_fix_scripts(fleet, plan.configuration, plan.unit)
    elif plan.then == "reboot":
        with _progress(f"{fleet.engine}: rebooting with {name}", quiet):
            boot = _reboot(fleet, plan)
    with _progress(f"{fleet.engine}: what listens, and who gets in", quiet):
        return observe(
            fleet,
            plan.configuration,
            plan.subject,
            since,
            inspected=plan.inspected,
            check_idempotent=plan.check_idempotent,
            tools=plan.tools,
            # A failure that is fixed cannot be shown any more.
            show_output={} if fix_results else scripts.run_show_scripts(fleet, plan.configuration),
            fix=fix_results,
            boot=boot,
        )


def _reboot(fleet: Fleet, plan: Plan) -> Boot:
    if plan.boot is not None:
        run_boot_preparation(fleet, plan.boot)
    fleet.reboot()
    wait_after_reboot(fleet.lab, fleet.project, plan.configuration, fleet.address, plan.unit)
    return Boot() if plan.boot is None else finish_boot(fleet, plan.boot)


def _apply(fleet: Fleet, plan: Plan) -> None:
    for machine, command in plan.routes.items():
        result = run_on(fleet.lab, fleet.project, machine, {"route": RemoteCommand(command)})[
            "route"
        ]
        if result.exit_code != 0:
            raise HarnessError(f"adding routes on {machine}: {result.output}")
    restart_limit = None
    if plan.starts_client is not None:
        restart_limit = NO_DAEMON_LIMIT
        say(
            f"lab: docker.service runs `{plan.starts_client}`: docker is the client, and starts no"
            f" daemon; it gets {restart_limit} s"
        )
    apply(
        fleet.lab,
        fleet.project,
        plan.configuration,
        fleet.address,
        plan.unit,
        restart_limit=restart_limit,
    )


@contextmanager
def _progress(work: str, quiet: bool) -> Iterator[None]:
    if quiet:
        yield
    else:
        with step(work):
            yield
