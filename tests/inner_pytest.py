"""A pytest inside a test: with this project's plugin, a small checkout, and made-up machines."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import dockerd_lab.suites.session  # noqa: F401  (the inner pytests need not import it each)
from dockerd_lab.errors import BadInput, HarnessError
from dockerd_lab.machines.fleet import running
from dockerd_lab.settings import checkout

#: Cases of the small checkout, of every kind: some whose names begin alike, some that a fix mends,
#: some that are not in the main job.
CASES = (
    "methods/daemon-json",
    "methods/daemon-json-loopback",
    "methods/unix-default",
    "methods/unix-only",
    "failures/dropin-without-clearing",
    "failures/fd-by-hand",
    "failures/hosts-in-file-stock-unit",
    "failures/hosts-in-unit-and-file",
    "failures/key-misspelt",
)
#: hypothesis, where it is installed, takes every pytest a second to say nothing.
OPTIONS = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")


def make_small_checkout(directory: Path) -> Path:
    """Make a checkout with few cases, which costs little to copy and to read."""
    source, target = checkout() / "provision", directory / "provision"
    target.mkdir(parents=True)
    for name in ("lab.yaml", "Vagrantfile"):
        shutil.copy(checkout() / name, directory)
    for file in source.iterdir():
        if file.is_file():
            shutil.copy(file, target)
    for name in ("box", "units", *CASES):
        shutil.copytree(source / name, target / name)
    return directory


class Replacements:
    """A plugin that replaces the checkout, and the machines unless none are given."""

    def __init__(self, root, machines=running):
        self.root = root
        self.machines = machines

    def pytest_dockerd_lab_checkout(self):
        return self.root

    def pytest_dockerd_lab_machines(self, root, settings, keep, home, wait):
        return self.machines(root, settings, keep=keep, home=home, wait=wait)


def conftest(root: Path, machines: str = "running") -> str:
    """The conftest.py with these replacements, for a pytest in a process of its own."""
    return f"""
import pathlib
import inner_pytest

replacements = inner_pytest.Replacements(pathlib.Path({str(root)!r}), inner_pytest.{machines})
pytest_dockerd_lab_checkout = replacements.pytest_dockerd_lab_checkout
pytest_dockerd_lab_machines = replacements.pytest_dockerd_lab_machines
"""


@contextmanager
def none_on_debian_13(root, settings, **_):
    if settings.engine_of("daemon") == "debian-13":
        raise HarnessError("no machine came up", "look at the console")
    yield "machines"


@contextmanager
def bad_input(root, settings, **_):
    raise BadInput("the lab has other engines")
    yield


@contextmanager
def endless_on_debian_12(root, settings, **_):
    yield "machines"
    if settings.engine_of("daemon") == "debian-12":
        raise HarnessError("the lab does not end")
