"""The wheel, and environments with it, that the tests of this directory share."""

import json
import subprocess
import sys
import venv

import pytest
from copies import CHECKOUT
from installed import Installed

LOG = "dockerd: failed to start daemon: pid file found, ensure docker is not running"
OTHER_PLUGINS = (
    "pytest-django",
    "django",
    "pytest-xdist",
    "pytest-randomly",
    "pytest-rerunfailures",
)
EXPOSURE = {"client": "refused", "outsider": "refused", "local-user": "refused"}
RESULT = {
    "engine": "debian-12",
    "engine_version": "20.10.24",
    "unit": "docker.io",
    "daemon": "active",
    "starts": True,
    "start_seconds": 1.0,
    "delay_seconds": 0.0,
    "command": "dockerd",
    "seconds": 9.0,
    "verdict": "passed",
    "dockerd_validate": None,
    "exposure": EXPOSURE,
    **{key: [] for key in ("hosts", "listeners", "errors", "warnings", "no_effect", "stand_ins")},
    **{key: [] for key in ("notes", "proofs", "reasons")},
}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel, built from the sdist."""
    made = tmp_path_factory.mktemp("dist")
    argv = [sys.executable, "-m", "build", "--outdir", made, CHECKOUT]
    built = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(made.glob("*.whl"))


@pytest.fixture(scope="session")
def base(tmp_path_factory, wheel):
    """An environment without the extra."""
    return _environment(tmp_path_factory.mktemp("base"), wheel, "")


@pytest.fixture(scope="session")
def complete(tmp_path_factory, wheel):
    """One with the extra `lab`, and with the plugins that other projects of pytest's have."""
    made = _environment(tmp_path_factory.mktemp("complete"), wheel, "[lab]")
    made.python("-m", "pip", "install", "--quiet", *OTHER_PLUGINS).check_returncode()
    return made


def _environment(directory, wheel, extra):
    made = Installed(directory, wheel)
    venv.create(directory, with_pip=True)
    (directory / "log.txt").write_text(LOG)
    (directory / "daemon.json").write_text('{"live-restore": true}')
    report = {"schema": 1, "case": "mine", "results": [RESULT]}
    (directory / "result.json").write_text(json.dumps(report))
    made.install(extra)
    return made
