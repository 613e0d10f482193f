"""Environments in which the wheel was installed, and commands in them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from copies import CHECKOUT


@dataclass(frozen=True)
class Installed:
    """An environment in which the wheel was installed."""

    directory: Path
    wheel: Path

    @property
    def package(self):
        (package,) = self.directory.glob("lib/python3*/site-packages/dockerd_lab")
        return package

    def install(self, extra=""):
        self.python("-m", "pip", "install", "--quiet", f"{self.wheel}{extra}").check_returncode()

    def python(self, *args, cwd=None, **env):
        return run(self.directory / "bin/python", *args, cwd=cwd or self.directory, **env)

    def __call__(self, *args, cwd=None, **env):
        return run(self.directory / "bin/dockerd-lab", *args, cwd=cwd or self.directory, **env)


def run(*argv, cwd, **env):
    home = Path(cwd) if Path(cwd) != CHECKOUT else CHECKOUT / ".tox"
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "XDG_", "LAB_"))}
    own |= {"HOME": str(home), "COLUMNS": "100", **env}
    return subprocess.run(
        [str(each) for each in argv], cwd=cwd, env=own, capture_output=True, text=True, check=False
    )
