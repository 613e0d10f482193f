"""Makes what was gathered ready to be applied: a configuration, and what is said of it."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dockerd_lab.cases.model import Case, Configuration, Credentials
from dockerd_lab.config.declared import DeclaredConfig, read_config
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.input import Input
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.settings import Settings
from dockerd_lab.standins import scripts
from dockerd_lab.standins.remote import remote
from dockerd_lab.standins.stand_ins import StandIns, stand_ins


@dataclass(frozen=True)
class Prepared:
    """What can be applied and observed, and what the verdict needs to know of it."""

    inputs: Input
    configuration: Configuration
    declared: DeclaredConfig
    steps: scripts.Steps
    routes: Mapping[str, str]
    """What `client` and `outsider` have to run beforehand, by machine."""
    stand_in_notes: tuple[str, ...]
    """What stands in for what the input lacks."""
    notes: tuple[str, ...]
    inspected: Inspection
    """What to look at on `daemon` besides dockerd."""


def prepare(inputs: Input, settings: Settings, *, allowed: bool = True) -> Prepared:
    """Write the scripts that the gathered configuration needs into its directory.

    Nothing stands in for what the input lacks unless that is `allowed`, nor in a whole case, which
    says itself what it wants.
    """
    wanted = read_config(inputs.texts, inputs.command)
    address = str(settings.machines.daemon.address)
    standing = StandIns()
    if allowed and not inputs.complete:
        standing = stand_ins(inputs, wanted, settings)
    scripted = _has_scripts(inputs)
    for path in standing.replaced:
        (inputs.directory / "rootfs" / path.lstrip("/")).unlink()
    steps = scripts.write(inputs, standing, address)
    there = remote(wanted, address)
    credentials = standing.credentials
    if inputs.case is not None and inputs.complete:
        there = inputs.case.remote
    if inputs.case is not None:
        credentials = _both(inputs.case.credentials, credentials)
    others = ("client", "outsider")
    own = {name: str(machine.address) for name, machine in settings.machines.items()}
    ways = {name: way for name in others if (way := scripts.routes(standing, own[name]))}
    return Prepared(
        inputs=inputs,
        configuration=Configuration(inputs.name, inputs.directory, there, credentials),
        declared=wanted,
        steps=steps,
        routes=ways,
        stand_in_notes=(*standing.stand_in_notes, *steps.stand_in_notes),
        notes=(*inputs.notes, *standing.notes, *steps.notes),
        inspected=Inspection(
            services=steps.services,
            services_of_scripts=steps.of_scripts,
            docker_socket=any("docker.socket" in file for file in inputs.origins),
            user_scripts=steps.scripts,
            texts=inputs.texts,
            compare_texts=scripted,
            **_validate_arguments(inputs),
        ),
    )


def prepare_case(case: Case, settings: Settings) -> Prepared:
    """Read a case's files as a user's are read, for the judge; what is applied is the case itself.

    Raises BadInput where they cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as directory:
        prepared = prepare(collect([case.directory], Path(directory)), settings)
    # Scripts are wrapped only where they are a user's: those of a case must succeed.
    inspected = replace(prepared.inspected, user_scripts=False)
    return replace(prepared, configuration=case, inspected=inspected)


def _has_scripts(inputs: Input) -> bool:
    """Whether a script of the input's may change files on the machine."""
    names = ("provision.sh", "restart.sh", "start.sh", "fix.sh")
    return inputs.provision is not None or any((inputs.directory / n).exists() for n in names)


def _validate_arguments(inputs: Input) -> dict[str, str | None]:
    """How `dockerd --validate` is to be called, where that is not as the unit starts dockerd."""
    if inputs.command is not None:
        arguments = inputs.command.arguments
        return {"validate_arguments": None if arguments is None else f"set -- {arguments}\n"}
    # How a case's own start.sh calls dockerd is not known here.
    return {"validate_arguments": None} if (inputs.directory / "start.sh").exists() else {}


def _both(first: Credentials, second: Credentials) -> Credentials:
    """The case's own credentials win."""
    return Credentials(
        daemon={**second.daemon, **first.daemon}, client={**second.client, **first.client}
    )
