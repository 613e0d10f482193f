"""What only this repository's suites need: short names for dockerd_lab.plugin's, and fixtures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dockerd_lab.explain.model import KnownError, known_errors
from dockerd_lab.judge.judgement import Judgement, Point

#: The options that have a short name here, and what argparse does with each.
SHORT_OPTIONS: dict[str, dict[str, Any]] = {
    "engine": {"action": "append", "metavar": "ENGINE"},
    "case": {"action": "append", "metavar": "CASE"},
    "client-engine": {"metavar": "ENGINE"},
    "unit": {"metavar": "UNIT"},
    "reboot": {"action": "store_true"},
    "keep": {"action": "store_true"},
    "html": {"metavar": "FILE", "type": Path},
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the short names of the plugin's options."""
    group = parser.getgroup("dockerd-lab")
    for name, how in SHORT_OPTIONS.items():
        dest = f"lab_{name.replace('-', '_')}"
        group.addoption(f"--{name}", dest=dest, help=f"the same as --lab-{name}", **how)


@pytest.fixture(scope="session")
def engine(lab_engine: str) -> str:
    """The same as lab_engine."""
    return lab_engine


@pytest.fixture(scope="session")
def unit(lab_unit: str | None) -> str | None:
    """The same as lab_unit."""
    return lab_unit


@pytest.fixture(scope="session")
def fleet(lab_fleet: Any) -> Any:
    """The same as lab_fleet."""
    return lab_fleet


@pytest.fixture(scope="session")
def subject(lab_subject: Any) -> Any:
    """The same as lab_subject."""
    return lab_subject


@pytest.fixture(scope="session")
def case(lab_case: Any) -> Any:
    """The same as lab_case."""
    return lab_case


@pytest.fixture(scope="session")
def observation(lab_observation: Any) -> Any:
    """The same as lab_observation."""
    return lab_observation


@pytest.fixture(scope="session")
def judgement(lab_judgement: Judgement) -> Judgement:
    """The same as lab_judgement."""
    return lab_judgement


@pytest.fixture
def daemon(lab_daemon: Any) -> Any:
    """The same as lab_daemon."""
    return lab_daemon


@pytest.fixture
def client(lab_client: Any) -> Any:
    """The same as lab_client."""
    return lab_client


@pytest.fixture
def outsider(lab_outsider: Any) -> Any:
    """The same as lab_outsider."""
    return lab_outsider


@pytest.fixture
def docker_client(lab_docker: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same as lab_docker."""
    return lab_docker


@pytest.fixture(scope="session")
def errors() -> dict[str, KnownError]:
    """The known errors by their ids."""
    return known_errors()


@pytest.fixture
def assert_expected(judgement: Judgement) -> Callable[..., None]:
    """Fail with the judge's words where the observation differs from the case in these points."""

    def check(*points: Point) -> None:
        __tracebackhide__ = True
        if mismatches := judgement.mismatches(*points):
            pytest.fail("\n\n".join(map(str, mismatches)), pytrace=False)

    return check
