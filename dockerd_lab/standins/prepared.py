"""Prepares an input for a trial: adds stand-ins and scripts, and says what to observe."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dockerd_lab.cases.model import Case, Configuration, Credentials
from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig, read_config
from dockerd_lab.config.paths import DOCKER_UNITS
from dockerd_lab.inputs.collect import collect
from dockerd_lab.inputs.input import Input
from dockerd_lab.observe.inspection import Inspection
from dockerd_lab.settings import Settings
from dockerd_lab.standins.boot_preparation import BootPreparation, prepare_boot
from dockerd_lab.standins.choose_remote import choose_remote
from dockerd_lab.standins.proxies import ProxySetup, installed_proxies
from dockerd_lab.standins.scripts import WrittenScripts, route_command, write_scripts
from dockerd_lab.standins.services import restore_lines
from dockerd_lab.standins.stand_in_lines import volatile_lines
from dockerd_lab.standins.stand_ins import StandIns, find_stand_ins


@dataclass(frozen=True)
class Prepared:
    """An input that is ready to be applied and observed, with what the verdict needs."""

    inputs: Input
    configuration: Configuration
    declared: DeclaredConfig
    scripts: WrittenScripts
    routes: Mapping[str, str]
    """The commands that `client` and `outsider` run before the trial, by machine."""
    stand_in_notes: tuple[str, ...]
    """One sentence for each stand-in."""
    notes: tuple[str, ...]
    """What cannot be measured, or is not done."""
    inspected: Inspection
    """What to observe on `daemon` besides dockerd."""
    boot: BootPreparation
    """What to do on `daemon` before it boots with the input."""
    has_stand_ins: bool = True
    """Whether the lab may make stand-ins."""
    proxies: tuple[ProxySetup, ...] = ()
    """The proxies that are installed for the input."""
    package_files: tuple[Path, ...] = ()
    """The files of their packages on this computer."""
    absent_packages: tuple[str, ...] = ()
    """Packages for it that the engine's suite lacks."""

    @property
    def packages(self) -> list[str]:
        """Return Debian's packages to install before the input is applied."""
        return sorted({package for proxy in self.proxies for package in proxy.packages})

    def with_packages(self, files: Sequence[Path], absent: Sequence[str]) -> "Prepared":
        """Return this for an engine, with the files of the packages.

        `absent` are the packages that the engine's suite lacks.
        """
        proxies = installed_proxies(self.proxies, absent)
        services = [*self.scripts.services]
        of_scripts = [*self.scripts.script_services]
        for proxy in proxies:
            services += proxy.services
            of_scripts += proxy.script_services
        return replace(
            self,
            proxies=tuple(proxies),
            package_files=tuple(files),
            absent_packages=tuple(absent),
            inspected=replace(
                self.inspected, services=tuple(services), services_of_scripts=tuple(of_scripts)
            ),
        )


def prepare(inputs: Input, settings: Settings, *, allow_stand_ins: bool = True) -> Prepared:
    """Write the scripts that an input needs into its directory, and return what to apply.

    There are no stand-ins without `allow_stand_ins`, and none for a complete case, which has all
    that it needs.
    """
    declared = read_config(inputs.texts, inputs.command)
    address = str(settings.machines.daemon.address)
    stand_ins = StandIns()
    if allow_stand_ins and not inputs.complete:
        stand_ins = find_stand_ins(inputs, declared, settings)
    has_scripts = _has_scripts(inputs)
    for path in stand_ins.replaced:
        (inputs.directory / "rootfs" / path.lstrip("/")).unlink()
    written_scripts = write_scripts(inputs, stand_ins, address, allow_stand_ins=allow_stand_ins)
    boot_lines = volatile_lines(stand_ins, address)
    if allow_stand_ins and not inputs.complete:
        boot_lines += restore_lines(inputs)
    remote = choose_remote(declared, address)
    credentials = stand_ins.credentials
    if inputs.case is not None and inputs.complete:
        remote = inputs.case.remote
    if inputs.case is not None:
        credentials = _merge_credentials(inputs.case.credentials, credentials)
    machines = ("client", "outsider")
    addresses = {name: str(machine.address) for name, machine in settings.machines.items()}
    routes = {
        name: route for name in machines if (route := route_command(stand_ins, addresses[name]))
    }
    prepared = Prepared(
        inputs=inputs,
        configuration=Configuration(
            inputs.name,
            inputs.directory,
            remote,
            credentials,
            unit=inputs.case.unit if inputs.case is not None else None,
        ),
        declared=declared,
        scripts=written_scripts,
        routes=routes,
        stand_in_notes=(*stand_ins.stand_in_notes, *written_scripts.stand_in_notes),
        notes=(*inputs.notes, *stand_ins.notes),
        boot=prepare_boot(inputs, boot_lines, address),
        has_stand_ins=allow_stand_ins,
        proxies=written_scripts.proxies,
        inspected=Inspection(
            services=written_scripts.services,
            services_of_scripts=written_scripts.script_services,
            docker_socket="docker.socket" in units.unit_names(inputs.origins),
            user_scripts=bool(written_scripts.user_scripts),
            files=tuple(inputs.origins),
            units=() if inputs.complete else tuple(_other_units(inputs)),
            texts=inputs.texts,
            compare_texts=has_scripts,
            **_validate_arguments(inputs),
        ),
    )
    return prepared.with_packages((), ())


def prepare_case(case: Case, settings: Settings) -> Prepared:
    """Read a case's files like a user's, as the judge needs them; the case itself is applied.

    Raises BadInput if a file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as directory:
        prepared = prepare(collect([case.directory], Path(directory)), settings)
    # Only a user's script is wrapped so that its exit code is kept. A case's script must succeed.
    inspected = replace(prepared.inspected, user_scripts=False, files=(), units=())
    return replace(prepared, configuration=case, inspected=inspected)


def _other_units(inputs: Input) -> list[str]:
    """Return the units that the input defines, changes or enables, besides docker's own."""
    names = units.unit_names(inputs.origins)
    return [name for name in names if name not in DOCKER_UNITS]


def _has_scripts(inputs: Input) -> bool:
    """Return whether the input has a script, which may change files on the machine."""
    names = ("provision.sh", "restart.sh", "start.sh", "fix.sh")
    return inputs.provision is not None or any((inputs.directory / name).exists() for name in names)


def _validate_arguments(inputs: Input) -> dict[str, str | None]:
    """Return Inspection's `validate_arguments`, unless the unit's own arguments apply."""
    if inputs.command is not None:
        arguments = inputs.command.arguments
        return {"validate_arguments": None if arguments is None else f"set -- {arguments}\n"}
    # How a case's own start.sh calls dockerd is not known here.
    return {"validate_arguments": None} if (inputs.directory / "start.sh").exists() else {}


def _merge_credentials(first: Credentials, second: Credentials) -> Credentials:
    """Return both credentials merged; those of `first` win."""
    return Credentials(
        daemon={**second.daemon, **first.daemon}, client={**second.client, **first.client}
    )
