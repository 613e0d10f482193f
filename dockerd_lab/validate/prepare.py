"""Makes what was gathered ready to be applied: a configuration, and what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from dockerd_lab.cases.model import Configuration, Credentials
from dockerd_lab.settings import Settings
from dockerd_lab.validate import scripts
from dockerd_lab.validate.asked import Asked, asked
from dockerd_lab.validate.client import remote
from dockerd_lab.validate.given import Given
from dockerd_lab.validate.stand_ins import StandIns, stand_ins


@dataclass(frozen=True)
class Prepared:
    """What can be applied and observed, and what the verdict needs to know of it."""

    given: Given
    configuration: Configuration
    asked: Asked
    steps: scripts.Steps
    routes: Mapping[str, str]
    """What `client` and `outsider` have to run beforehand, by machine."""
    said: tuple[str, ...]
    """What stands in for what the input lacks."""
    notes: tuple[str, ...]


def prepare(given: Given, settings: Settings, *, allowed: bool = True) -> Prepared:
    """Write the scripts that the gathered configuration needs into its directory.

    Nothing stands in for what the input lacks unless that is `allowed`, nor in a whole case, which
    says itself what it wants.
    """
    wanted = asked(given)
    address = str(settings.machines.daemon.address)
    standing = StandIns()
    if allowed and not given.complete:
        standing = stand_ins(given, wanted, settings)
    for path in standing.replaced:
        (given.directory / "rootfs" / path.lstrip("/")).unlink()
    steps = scripts.write(given, standing, address)
    there = remote(wanted, address)
    credentials = standing.credentials
    if given.case is not None and given.complete:
        there = given.case.remote
    if given.case is not None:
        credentials = _both(given.case.credentials, credentials)
    others = ("client", "outsider")
    own = {name: str(machine.address) for name, machine in settings.machines.items()}
    ways = {name: way for name in others if (way := scripts.routes(standing, own[name]))}
    return Prepared(
        given=given,
        configuration=Configuration(given.name, given.directory, there, credentials),
        asked=wanted,
        steps=steps,
        routes=ways,
        said=(*standing.said, *steps.said),
        notes=(*given.notes, *standing.notes, *steps.notes),
    )


def _both(first: Credentials, second: Credentials) -> Credentials:
    """The case's own credentials win."""
    return Credentials(
        daemon={**second.daemon, **first.daemon}, client={**second.client, **first.client}
    )
