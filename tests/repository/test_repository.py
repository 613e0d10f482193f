"""examples/repository outside this checkout, with nothing but the built wheel; real machines."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from copies import CHECKOUT

#: Seconds of one `tox`: its environment, two starts of the machines, the trials.
LIMIT = 1200
OPEN = "  - tcp://0.0.0.0:2375\n"


@pytest.fixture
def tox(tmp_path):
    """Run `tox` in a copy of the repository, with an index that has the wheel as well."""
    dist, copy = tmp_path / "dist", tmp_path / "repository"
    argv = [sys.executable, "-m", "build", "--outdir", dist, CHECKOUT]
    subprocess.run(argv, check=True, capture_output=True)
    shutil.copytree(CHECKOUT / "examples/repository", copy)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TOX_", "VIRTUAL"))}
    env = {**kept, "PIP_FIND_LINKS": str(dist)}
    reports = ("--junitxml", "red.xml", "--markdown", "red.md")

    def run():
        argv = [sys.executable, "-m", "tox", "-q", "--", *reports]
        return subprocess.run(
            argv,
            cwd=copy,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    yield copy, run
    program = next(copy.glob(".tox/*/bin/dockerd-lab"))
    status = subprocess.run(
        [program, "status"], cwd=copy, env=env, capture_output=True, text=True, check=False
    )
    state = next(line for line in status.stdout.splitlines() if line.startswith("state:"))
    shutil.rmtree(state.split(maxsplit=1)[1], ignore_errors=True)


def test_it_is_green_red_with_an_open_daemon_and_green_again(tox):
    copy, run = tox
    hosts = copy / "hosts.yaml"
    text = hosts.read_text()
    for content, code in ((text, 0), (text + OPEN, 1), (text, 0)):
        hosts.write_text(content)
        result = run()
        print(result.stdout)
        assert (result.returncode != 0) == (code != 0), result.stdout
        suites = ET.parse(copy / "red.xml").getroot()  # noqa: S314  (our own)
        assert suites.get("failures") == str(code)
        reason = "an outsider gets root at tcp://"
        failures = "".join(failure.get("message", "") for failure in suites.iter("failure"))
        assert (reason in failures) == bool(code)
        assert (reason in (copy / "red.md").read_text()) == bool(code)
        assert (reason in " ".join(result.stdout.split())) == bool(code)
