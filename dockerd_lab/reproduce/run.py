"""Has a failure on the machines, and then its fix, and judges whether they are as declared."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dockerd_lab.cases.apply import apply
from dockerd_lab.cases.model import Case, Circumstances
from dockerd_lab.differences import differences
from dockerd_lab.explain.matcher import explain
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe import remote
from dockerd_lab.observe.observation import Observation
from dockerd_lab.observe.observe import mend, observe
from dockerd_lab.progress import step
from dockerd_lab.validate.installed import without_effect
from dockerd_lab.validate.model import NoEffect


@dataclass(frozen=True)
class Seen:
    """What was seen, against what the case expects there."""

    case: Case
    observation: Observation
    no_effect: Sequence[NoEffect] = ()
    """The settings that are accepted and ignored."""

    @property
    def differences(self) -> list[str]:
        """What is not as the case expects it."""
        return list(_differences(self))


def bring_about(fleet: Fleet, case: Case) -> Seen:
    """Apply the failure to freshly restored machines, and look at what comes of it."""
    here = case.on(Circumstances.on(fleet.settings.engine(fleet.engine)))
    with step("restoring the machines"):
        fleet.restore()
    started = time.monotonic()
    with step(f"bringing {case.short_name} about"):
        apply(fleet.lab, fleet.root, here, fleet.address)
    with step("looking at the machines"):
        seen = observe(
            fleet, here, f"{fleet.engine}/{case.short_name}", started, again=False, tools=()
        )
        return Seen(here, seen, without_effect(fleet, here, seen.daemon))


def fix(fleet: Fleet, case: Case) -> Seen:
    """Mend the failure that is on the machines, and look whether the daemon is healthy."""
    applied = Circumstances.on(fleet.settings.engine(fleet.engine))
    here = case.on(replace(applied, fixed=True))
    started = time.monotonic()
    with step(f"mending {case.short_name}"):
        done = mend(fleet, here)
    with step("looking at the machines"):
        seen = observe(
            fleet,
            here,
            f"{fleet.engine}/{case.short_name}-fixed",
            started,
            again=False,
            tools=remote.REACHED,
            fix=done,
        )
        return Seen(here, seen, without_effect(fleet, here, seen.daemon))


def _differences(found: Seen) -> Iterator[str]:
    expect, seen = found.case.expect, found.observation
    state = seen.daemon.outcome.daemon
    if state != expect.daemon:
        yield f"the daemon is {state}; the case expects {expect.daemon}"
    yield from differences(expect, seen, [each.setting for each in found.no_effect])
    known = [finding.id for finding in explain(seen.told)]
    if not seen.fix and known[:1] != ([expect.error] if expect.error else []):
        yield f"it is explained as {known or 'nothing known'}; the case expects {expect.error}"
    if seen.fix and expect.client in ("full-control", "read-only"):
        for name, answer in seen.client.items():
            if answer.exit_code != 0:
                yield f"client's {name} ends with exit code {answer.exit_code}"
    for machine, steps in seen.fix.items():
        if steps.exit_code != 0:
            yield f"a step of the fix failed on {machine}, with exit code {steps.exit_code}"
