"""One trial: restore the machines, apply a configuration, fix it or reboot, and observe."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from dockerd_lab.cases.model import Configuration
from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.batch import run_on
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.observe.observation import Observation
from dockerd_lab.observe.observe import observe
from dockerd_lab.progress import say, step
from dockerd_lab.trial import scripts
from dockerd_lab.trial.apply import after_boot, apply

#: Seconds that a unit gets which starts the docker client: it would wait for dockerd for good.
NO_DAEMON_LIMIT = 10


@dataclass(frozen=True)
class Plan:
    """What to try, and what to look at."""

    configuration: Configuration
    subject: str
    """What the observation is of, as one word: the engine and the case."""
    unit: str | None = None
    """A docker.service of provision/units that takes the place of the packaged one."""
    then: Literal["nothing", "fix", "reboot"] = "nothing"
    """What comes after the configuration was applied, and before anybody looks."""
    inspected: Inspection = field(default_factory=Inspection)
    """What to look at on `daemon` besides dockerd."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """What `client` and `outsider` run beforehand, to reach addresses added to `daemon`."""
    starts_client: str | None = None
    """The command line of a unit that starts the docker client, from which no daemon comes."""
    tools: Collection[str] = ()
    """Which tools of observe/remote.py are tried on `client`."""
    check_idempotent: bool = False
    """Whether the configuration is applied a second time, to see what that changes."""


def run_trial(
    fleet: Fleet, plan: Plan, *, already_applied: bool = False, quiet: bool = False
) -> Observation:
    """Try a configuration on freshly restored machines, and return what was observed.

    With `already_applied` the trial goes on from an earlier one of the same configuration: nothing
    is restored or applied. With `quiet` no progress is printed. Raises HarnessError where nothing
    can be said about the configuration.
    """
    name = plan.configuration.name
    if not already_applied:
        with _progress(f"{fleet.engine}: restoring the machines", quiet):
            fleet.restore()
    since = time.monotonic()
    if not already_applied:
        with _progress(f"{fleet.engine}: applying {name}, and restarting dockerd", quiet):
            _apply(fleet, plan)
    steps: dict[str, CommandResult] = {}
    if plan.then == "fix":
        with _progress(f"{fleet.engine}: mending {name}", quiet):
            steps = scripts.mend(fleet, plan.configuration, plan.unit)
    elif plan.then == "reboot":
        with _progress(f"{fleet.engine}: rebooting with {name}", quiet):
            fleet.reboot()
            after_boot(fleet.lab, fleet.root, plan.configuration, fleet.address, plan.unit)
    with _progress(f"{fleet.engine}: what listens, and who gets in", quiet):
        return observe(
            fleet,
            plan.configuration,
            plan.subject,
            since,
            inspected=plan.inspected,
            check_idempotent=plan.check_idempotent,
            tools=plan.tools,
            # A failure that was mended has nothing to show any more.
            show_output={} if steps else scripts.show(fleet, plan.configuration),
            fix=steps,
        )


def _apply(fleet: Fleet, plan: Plan) -> None:
    for machine, command in plan.routes.items():
        answer = run_on(fleet.lab, fleet.root, machine, {"route": RemoteCommand(command)})["route"]
        if answer.exit_code != 0:
            raise HarnessError(f"adding routes on {machine}: {answer.output}")
    limit = None
    if plan.starts_client is not None:
        limit = NO_DAEMON_LIMIT
        say(
            f"lab: docker.service runs `{plan.starts_client}`: docker is the client, and starts no"
            f" daemon; it gets {limit} s"
        )
    apply(fleet.lab, fleet.root, plan.configuration, fleet.address, plan.unit, restart_limit=limit)


@contextmanager
def _progress(work: str, quiet: bool) -> Iterator[None]:
    if quiet:
        yield
    else:
        with step(work):
            yield
