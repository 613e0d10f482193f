"""What only this repository's suites need. Options and fixtures come from dockerd_lab.plugin."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from dockerd_lab.explain.model import KnownError, known_errors
from dockerd_lab.judge.judgement import Judgement, Point


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of this repository alone."""
    parser.addoption(
        "--record", type=Path, metavar="DIR", help="record the observations, for the unit tests"
    )


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Record each observation as soon as it is made."""
    result = yield
    directory = request.config.getoption("record", None)
    if directory is not None and fixturedef.argname == "observation":
        import recordings  # noqa: PLC0415  (of this repository's tests; a copy may lack them)

        recordings.write(result, directory)
    return result


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
