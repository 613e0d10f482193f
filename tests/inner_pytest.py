"""A pytest inside a test: with this project's plugin, a small project, and made-up machines."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

import dockerd_lab.suites.session  # noqa: F401  (the inner pytests need not import it each)
from dockerd_lab.errors import BadInput, HarnessError
from dockerd_lab.machines import running as running_module
from dockerd_lab.machines.running import running
from dockerd_lab.project import Project, package_data

#: Cases of the small project, of every kind: some whose names begin alike, some with a fix,
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
#: To look for all installed plugins takes as long as everything else that such a pytest does.
OPTIONS = ("-p", "no:cacheprovider", "--disable-plugin-autoload", "-p", "dockerd_lab.plugin")
#: The same for a pytest with workers.
WORKERS = (*OPTIONS, "-p", "xdist.plugin", "--dist=loadgroup")


def make_small_project(directory: Path) -> Project:
    """Make a project with few cases, which costs little to copy; its three roots lie apart."""
    project = Project(directory / "data", directory / "project", directory / "state")
    source, target = package_data() / "provision", project.data / "provision"
    target.mkdir(parents=True)
    project.root.mkdir()
    for name in ("lab.yaml", "Vagrantfile"):
        shutil.copy(package_data() / name, project.data)
    for file in source.iterdir():
        if file.is_file():
            shutil.copy(file, target)
    for name in ("box", "units", *CASES):
        shutil.copytree(source / name, target / name)
    return project


class Replacements:
    """A plugin that replaces the project, and the machines unless none are given."""

    def __init__(self, project, machines=running):
        self.project = project
        self.machines = machines

    def pytest_dockerd_lab_project(self):
        return self.project

    def pytest_dockerd_lab_machines(self, project, settings, keep, home, wait):
        return self.machines(project, settings, keep=keep, home=home, wait=wait)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo):
        """Cut the traceback, of which pytest shows the last line, after a fifth of a second."""
        excinfo.traceback = excinfo.traceback.filter(excinfo)[-1:]


def conftest(project: Project, machines: str = "running") -> str:
    """The conftest.py with these replacements, for a pytest in a process of its own."""
    return f"""
from pathlib import PosixPath
import inner_pytest
from dockerd_lab.project import Project

replacements = inner_pytest.Replacements({project!r}, inner_pytest.{machines})
pytest_dockerd_lab_project = replacements.pytest_dockerd_lab_project
pytest_dockerd_lab_machines = replacements.pytest_dockerd_lab_machines
pytest_keyboard_interrupt = replacements.pytest_keyboard_interrupt
"""


@contextmanager
def none_on_debian_13(project, settings, **_):
    if settings.engine_of("daemon") == "debian-13":
        raise HarnessError("no machine came up", "look at the console")
    yield "machines"


@contextmanager
def with_renewals(project, settings, **_):
    """Machines that take a renewal without any: what the plugin does then is tested."""
    running_module.renew = lambda fleet: fleet.append("renewed")
    yield ["booted"]


@contextmanager
def bad_input(project, settings, **_):
    raise BadInput("the lab has other engines")
    yield


@contextmanager
def endless_on_debian_12(project, settings, **_):
    yield "machines"
    if settings.engine_of("daemon") == "debian-12":
        raise HarnessError("the lab does not end")
