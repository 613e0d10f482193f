"""Puts the data at the top of a checkout into the wheel, inside the package.

An editable install finds it in the checkout, so its wheel has none: a copy would shadow it.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = ("Vagrantfile", "lab.yaml", "provision", "bootstrap")


class DataHook(BuildHookInterface):  # type: ignore[type-arg]
    """The hook that hatchling calls before it builds a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the data to the wheel, where it is not an editable one."""
        if version != "editable":
            build_data["force_include"] |= {name: f"dockerd_lab/data/{name}" for name in DATA}
