"""Defines an engine: one Docker Engine on one distribution, for which a box is built."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from dockerd_lab.yamlfile import YamlModel


class Engine(YamlModel):
    """One Docker Engine on one distribution."""

    suite: str = Field(pattern=r"^[a-z]+$", description="Debian suite the box is made of")
    docker: str = Field(pattern=r"^\d+(\.\d+)+$", description="version dockerd must report")
    packages: Path | None = Field(
        None, description="directory of .deb files to install instead of docker.io"
    )
    unit: str = Field("docker.io", description="whose docker.service its packages bring")


EngineName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
