"""A failure that does not exist on an engine is not seen there."""

import pytest


@pytest.mark.lab_cases(category="failures", fails=False, fixed=False, rebooted=False)
def test_nobody_says_so(assert_expected):
    assert_expected("words", "error")
