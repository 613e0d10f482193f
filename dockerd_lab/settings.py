"""lab.yaml: the engines, the machines and their addresses."""

import ipaddress
import os
from pathlib import Path

from pydantic import Field, model_validator

from dockerd_lab.errors import BadInput
from dockerd_lab.yamlfile import YamlModel, load


class Engine(YamlModel):
    """One Docker Engine on one distribution."""

    suite: str = Field(pattern=r"^[a-z]+$", description="Debian suite the box is made of")
    docker: str = Field(pattern=r"^\d+(\.\d+)+$", description="version dockerd must report")


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
        """Name and machine, daemon first."""
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class Settings(YamlModel):
    """What lab.yaml declares."""

    engines: dict[str, Engine]
    network: ipaddress.IPv4Network
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
        """The engine of that name.

        Raises BadInput, naming those there are.
        """
        if name not in self.engines:
            raise BadInput(f"unknown engine {name!r}; lab.yaml has: {', '.join(self.engines)}")
        return self.engines[name]

    def engine_of(self, machine: str) -> str:
        """The engine a machine runs: lab.yaml's, unless e.g. DAEMON_ENGINE names another."""
        declared: Machine = getattr(self.machines, machine)
        name = os.environ.get(f"{machine.upper()}_ENGINE") or declared.engine
        self.engine(name)
        return name

    @property
    def engine_by_machine(self) -> dict[str, str]:
        """The engine of every machine, by the machine's name."""
        return {name: self.engine_of(name) for name, _ in self.machines.items()}


def checkout() -> Path:
    """The checkout this harness runs from: the directory that holds lab.yaml."""
    return Path(__file__).resolve().parent.parent


def load_settings(root: Path) -> Settings:
    """Read `root`/lab.yaml; raises BadInput where it is wrong."""
    return load(root / "lab.yaml", Settings)
