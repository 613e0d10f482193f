"""Makes what was gathered ready to be applied: a configuration, and what is said of it."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dockerd_lab.cases.model import Case, Configuration, Credentials
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.settings import Settings
from dockerd_lab.validate import scripts
from dockerd_lab.validate.asked import Asked, asked
from dockerd_lab.validate.client import remote
from dockerd_lab.validate.given import Given, gather
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
    inspected: Inspection
    """What to look at on `daemon` besides dockerd."""


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
    scripted = _has_scripts(given)
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
        inspected=Inspection(
            services=steps.services,
            services_of_scripts=steps.of_scripts,
            docker_socket=any("docker.socket" in file for file in given.origins),
            user_scripts=steps.scripts,
            texts=given.texts,
            compare_texts=scripted,
            **_validate_arguments(given),
        ),
    )


def prepare_case(case: Case, settings: Settings) -> Prepared:
    """Read a case's files as a user's are read, for the judge; what is applied is the case itself.

    Raises BadInput where they cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as directory:
        prepared = prepare(gather([case.directory], Path(directory)), settings)
    # Scripts are wrapped only where they are a user's: those of a case must succeed.
    inspected = replace(prepared.inspected, user_scripts=False)
    return replace(prepared, configuration=case, inspected=inspected)


def _has_scripts(given: Given) -> bool:
    """Whether a script of the input's may change files on the machine."""
    names = ("provision.sh", "restart.sh", "start.sh", "fix.sh")
    return given.provision is not None or any((given.directory / n).exists() for n in names)


def _validate_arguments(given: Given) -> dict[str, str | None]:
    """How `dockerd --validate` is to be called, where that is not as the unit starts dockerd."""
    if given.command is not None:
        arguments = given.command.arguments
        return {"validate_arguments": None if arguments is None else f"set -- {arguments}\n"}
    # How a case's own start.sh calls dockerd is not known here.
    return {"validate_arguments": None} if (given.directory / "start.sh").exists() else {}


def _both(first: Credentials, second: Credentials) -> Credentials:
    """The case's own credentials win."""
    return Credentials(
        daemon={**second.daemon, **first.daemon}, client={**second.client, **first.client}
    )
