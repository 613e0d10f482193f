"""Reads lab.yaml: the engines, the machines and their addresses."""

import ipaddress
import os

from pydantic import Field, model_validator

from dockerd_lab.engines import Engine, EngineName
from dockerd_lab.errors import BadInput
from dockerd_lab.project import Project
from dockerd_lab.project_file import load_project_file, project_file
from dockerd_lab.yamlfile import YamlModel, load, place_of


class Machine(YamlModel):
    """One virtual machine of the lab."""

    address: ipaddress.IPv4Address
    engine: str
    cpus: int = Field(ge=1, le=16)
    memory: int = Field(ge=256, le=16384, description="MiB")


class Machines(YamlModel):
    """The three machines; each has its own part, so there are no more and no fewer."""

    daemon: Machine
    client: Machine
    outsider: Machine

    def items(self) -> list[tuple[str, Machine]]:
        """Return the names and machines, daemon first."""
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class Settings(YamlModel):
    """What lab.yaml declares."""

    engines: dict[EngineName, Engine]
    network: ipaddress.IPv4Network
    network6: ipaddress.IPv6Network
    machines: Machines

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        addresses = [machine.address for _, machine in self.machines.items()]
        for name, machine in self.machines.items():
            if addresses.count(machine.address) > 1:
                raise ValueError(f"machines.{name}.address {machine.address} is given twice")
            if machine.engine not in self.engines:
                raise ValueError(f"machines.{name}.engine {machine.engine!r} is not under engines")
            if machine.address not in self.network:
                raise ValueError(f"machines.{name}.address is outside {self.network}")
        return self

    def engine(self, name: str) -> Engine:
        """Return the engine of that name; raises BadInput if there is none."""
        if name not in self.engines:
            raise BadInput(f"unknown engine {name!r}; there are: {', '.join(self.engines)}")
        return self.engines[name]

    def engine_of(self, machine: str) -> str:
        """Return the engine of a machine."""
        declared: Machine = getattr(self.machines, machine)
        return declared.engine

    def interface6(self, machine: str) -> ipaddress.IPv6Interface:
        """Return a machine's IPv6 address, with the network: `…::201/64` for `192.168.3.201`."""
        declared: Machine = getattr(self.machines, machine)
        last = str(declared.address).rpartition(".")[2]
        address = self.network6.network_address + int(last, 16)
        return ipaddress.IPv6Interface((address, self.network6.prefixlen))

    @property
    def engine_by_machine(self) -> dict[str, str]:
        """Return the engines of the machines, by the machine's name."""
        return {name: self.engine_of(name) for name, _ in self.machines.items()}

    @property
    def fleet_name(self) -> str:
        """Return the engines of daemon, client and outsider: `debian-13+debian-12+debian-12`."""
        return "+".join(self.engine_by_machine.values())

    def of_fleet(self, fleet_name: str) -> "Settings":
        """Return the same lab with the engines in a fleet's name.

        Raises BadInput if one of them is no longer declared.
        """
        names = (name for name, _ in self.machines.items())
        return self._replace(dict(zip(names, fleet_name.split("+"), strict=False)))

    def with_engines(self, *, daemon: str | None = None, client: str | None = None) -> "Settings":
        """Return the same lab with other engines; `client` is for both machines without dockerd.

        Raises BadInput if there is no such engine.
        """
        chosen = {"daemon": daemon, "client": client, "outsider": client}
        return self._replace({name: engine for name, engine in chosen.items() if engine})

    def beside_others(self, labs: int) -> "Settings":
        """Return the same lab for `labs` at once: no machine has more processors than its share.

        The kernel of a machine with two waits for the other's answer, and meanwhile takes away the
        time in which that one could give it.
        """
        share = max(1, (os.cpu_count() or 1) // labs)
        changed = {
            name: machine.model_copy(update={"cpus": min(machine.cpus, share)})
            for name, machine in self.machines.items()
        }
        return self.model_copy(update={"machines": self.machines.model_copy(update=changed)})

    def _replace(self, engines: dict[str, str]) -> "Settings":
        changed = {
            name: getattr(self.machines, name).model_copy(update={"engine": engine})
            for name, engine in engines.items()
            if self.engine(engine)
        }
        return self.model_copy(update={"machines": self.machines.model_copy(update=changed)})


def load_settings(project: Project) -> Settings:
    """Read lab.yaml, and the engines that the project's own file adds.

    DAEMON_ENGINE and its like in the environment choose other engines. Raises BadInput where a file
    is wrong, or where there is no such engine.
    """
    file, own_file = project.data / "lab.yaml", project_file(project)
    declared = load(file, Settings)
    own = load_project_file(project).engines
    for name in own.keys() & declared.engines.keys():
        place = place_of(own_file, "engines", name)
        raise BadInput(f"{place}: there is an engine of this name already; choose another")
    declared = declared.model_copy(update={"engines": {**declared.engines, **own}})
    for name, engine in declared.engines.items():
        if engine.packages is None:
            continue
        directory = project.root / engine.packages
        if not list(directory.glob("*.deb")):
            place = place_of(own_file if name in own else file, "engines", name, "packages")
            raise BadInput(f"{place}: no .deb files in {directory}")
    variables = {name: f"{name.upper()}_ENGINE" for name, _ in declared.machines.items()}
    return declared._replace({n: os.environ[v] for n, v in variables.items() if os.environ.get(v)})
