"""What `dockerd-lab init` writes, with an installed dockerd-lab: pytest, tox, the schemas of CI."""

import subprocess
import sys

import pytest
from copies import CHECKOUT
from repositories import REPOSITORIES, make

#: The files for CI systems, and check-jsonschema's arguments for each.
SCHEMAS = {
    ".github/workflows/docker-hosts.yml": ["vendor.github-workflows"],
    ".gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
}


def module(*argv, cwd):
    """Run a module of the environment that the tests are in."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, argv)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", REPOSITORIES)
def test_it_runs_as_it_is(complete, tmp_path, name):
    root = tmp_path / "repository"
    make(name, root)
    env = {"cwd": root, "XDG_STATE_HOME": str(tmp_path)}
    assert complete("init", **env).returncode == 0
    lint = complete("lint", **env)
    assert (lint.returncode in (0, 1), lint.stderr) == (True, "")
    suite = complete.python("-m", "pytest", "--collect-only", "-q", "docker_hosts.py", **env)
    assert suite.returncode == 0, suite.stdout + suite.stderr
    assert suite.stdout.count("[debian-12/") == len(REPOSITORIES[name].found)


def test_tox_and_ci_systems_accept_its_files(complete, tmp_path):
    complete("init", cwd=tmp_path)
    commands = module("tox", "config", "-k", "commands", cwd=tmp_path)
    assert commands.split()[-4:] == ["dockerd-lab", "validate", "pytest", "docker_hosts.py"]
    for root in (tmp_path, CHECKOUT / "examples/repository"):
        for file, schema in SCHEMAS.items():
            module("check_jsonschema", "--builtin-schema", *schema, root / file, cwd=tmp_path)
    action = CHECKOUT / "action.yml"
    module("check_jsonschema", "--builtin-schema", "vendor.github-actions", action, cwd=tmp_path)
