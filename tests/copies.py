"""Checkouts that a test may change or break, and commands in them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from dockerd_lab.project import user_cache

#: The checkout that the tests are in.
CHECKOUT = Path(__file__).resolve().parent.parent
COPIED = ("Vagrantfile", "lab.yaml", "conftest.py", "pyproject.toml", "provision", "dockerd_lab")


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    output: str


@dataclass(frozen=True)
class Checkout:
    """A copy of this project, with a lab of its own."""

    root: Path

    def start(self, *args: str, broken: str = "", **env: str) -> "subprocess.Popen[str]":
        """Start `python ARGS` for this checkout, after the shell commands `broken`."""
        argv = [sys.executable, *args]
        if broken:
            argv = ["unshare", "--mount", "sh", "-ec", f'{broken}\nexec "$@"', "-", *argv]
        return subprocess.Popen(
            argv,
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def run(self, *args: str, limit: float, broken: str = "", **env: str) -> Done:
        """Run `python ARGS` to its end, which must come within `limit` seconds."""
        process = self.start(*args, broken=broken, **env)
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            pytest.fail(f"{args}: not over after {limit} s:\n{output}")
        return Done(process.returncode, output)

    def dockerd_lab(self, *args: str, limit: float, broken: str = "", **env: str) -> Done:
        """Run the `dockerd-lab` command."""
        main = "from dockerd_lab.cli.app import main; main()"
        return self.run("-c", main, *args, limit=limit, broken=broken, **env)

    def pytest(self, *args: str, limit: float, **env: str) -> Done:
        """Run the suites of the lab."""
        return self.run("-m", "pytest", "-q", *args, limit=limit, **env)

    @property
    def processes(self) -> list[str]:
        """Processes that belong to this checkout's labs."""
        listed = subprocess.run(
            ["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True
        )
        return [line for line in listed.stdout.splitlines() if f"{self.root}/.lab" in line]


def make_checkout(root: Path) -> Checkout:
    """Copy this project to `root`."""
    root.mkdir()
    for name in COPIED:
        source = CHECKOUT / name
        shutil.copytree(source, root / name) if source.is_dir() else shutil.copy(source, root)
    shutil.copytree(CHECKOUT / "tests/lab", root / "tests/lab")
    return Checkout(root)


def cache_with_boxes(directory: Path) -> Path:
    """Make a user's cache with this user's boxes, and without saved machines; return XDG's path."""
    own = directory / "cache/dockerd-lab"
    own.mkdir(parents=True)
    (own / "boxes").symlink_to(user_cache() / "boxes")
    return own.parent


def one_error(result: Done, *, code: int = 3) -> str:
    """The message of a command that failed as it should: once, and without a traceback.

    Only pytest's summary of failed tests says it again, as far as its line goes.
    """
    assert result.code == code, result.output
    assert "Traceback" not in result.output
    kind = {2: "bad input: ", 3: "harness broke: ", 75: "lab busy: "}[code]
    has_summary = "short test summary info" in result.output
    assert result.output.count(kind) in ((1, 2) if has_summary else (1,)), result.output
    return result.output.split(kind, 1)[1]
