"""An engine from a directory of .deb files: another Debian release's, as a stand-in for docker-ce.

Docker's own packages cannot be part of this repository. What is shown is that packages that are not
the suite's own are installed, and judged by the version that they bring.
"""

import subprocess

import pytest
import yaml
from copies import make_checkout, one_error

#: This computer's own release has it, and the suite of the box is another one.
PACKAGES = ("docker.io", "containerd", "runc", "tini")
ENGINE = {"suite": "trixie", "docker": "20.10.24", "packages": "debs"}


@pytest.fixture(scope="module")
def with_packages(tmp_path_factory):
    """A checkout whose lab.yaml has an engine from packages."""
    made = make_checkout(tmp_path_factory.mktemp("packages") / "checkout")
    declare(made, ENGINE)
    debs = made.root / "debs"
    debs.mkdir()
    subprocess.run(["apt-get", "-q", "download", *PACKAGES], cwd=debs, check=True)
    return made


def declare(checkout, engine):
    file = checkout.root / "lab.yaml"
    lab = yaml.safe_load(file.read_text())
    lab["engines"]["from-packages"] = engine
    file.write_text(yaml.safe_dump(lab))


def test_the_packages_are_the_engine(with_packages):
    suites = ("tests/lab", "--engine", "from-packages", "--case", "systemd-dropin")
    result = with_packages.pytest(*suites, limit=900)
    assert result.code == 0, result.output
    assert "from-packages/systemd-dropin" in result.output


def test_an_engine_that_is_not_the_declared_one(with_packages):
    declare(with_packages, {**ENGINE, "docker": "26.1.5"})
    suites = ("tests/lab", "--engine", "from-packages", "--case", "systemd-dropin")
    message = one_error(with_packages.pytest(*suites, limit=900))
    assert "box from-packages is not what lab.yaml declares: docker 26.1.5 is expected" in message
    assert "Docker version 20.10.24" in message


def test_a_directory_without_packages(tmp_path):
    made = make_checkout(tmp_path / "checkout")
    declare(made, {**ENGINE, "packages": "nowhere"})
    message = one_error(made.dockerd_lab("box", "build", "from-packages", limit=30), code=2)
    assert f"engines.from-packages.packages: no .deb files in {made.root}/nowhere" in message
