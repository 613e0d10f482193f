"""What only this repository's suites need. Options and fixtures come from dockerd_lab.plugin."""

from collections.abc import Callable

import pytest

from dockerd_lab.explain.model import KnownError, known_errors
from dockerd_lab.judge.judgement import Judgement, Point


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
