"""What only this repository's suites need. Options and fixtures come from dockerd_lab.plugin."""

import pytest

from dockerd_lab.explain.model import KnownError, known_errors


@pytest.fixture(scope="session")
def errors() -> dict[str, KnownError]:
    """The known errors by their ids."""
    return known_errors()
